import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.xml.crypto.AlgorithmMethod;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.KeySelectorResult;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.dsig.*;
import javax.xml.crypto.dsig.dom.*;
import javax.xml.crypto.dsig.keyinfo.*;
import javax.xml.crypto.dsig.spec.*;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** The JDK's own XML signatures as a peer: `verify FILE…`, or `sign` with P12 C14N SOURCE TARGET, repeated. */
public class Peer {
  static final String MORE = "http://www.w3.org/2001/04/xmldsig-more#";
  static final XMLSignatureFactory FACTORY = XMLSignatureFactory.getInstance("DOM");

  public static void main(String[] given) throws Exception {
    if (given[0].equals("verify"))
      for (int i = 1; i < given.length; i++) System.out.println(verify(given[i]));
    else
      for (int i = 1; i + 3 < given.length; i += 4) sign(given[i], given[i + 1], given[i + 2], given[i + 3]);
  }

  static Document read(String path) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    return factory.newDocumentBuilder().parse(new File(path));
  }

  static String verify(String path) {
    try {
      NodeList found = read(path).getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
      if (found.getLength() != 1) return found.getLength() + " signatures";
      DOMValidateContext context = new DOMValidateContext(new FromCertificate(), found.item(0));
      return FACTORY.unmarshalXMLSignature(context).validate(context) ? "OK" : "not valid";
    } catch (Exception e) {
      return e.toString().replace('\n', ' ');
    }
  }

  static void sign(String store, String c14n, String source, String target) throws Exception {
    char[] secret = "secret".toCharArray();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (FileInputStream in = new FileInputStream(store)) { keys.load(in, secret); }
    String alias = keys.aliases().nextElement();
    PrivateKey key = (PrivateKey) keys.getKey(alias, secret);
    X509Certificate certificate = (X509Certificate) keys.getCertificate(alias);
    String method = "rsa-sha256";
    if (key instanceof java.security.interfaces.ECKey ec) {
      int size = ec.getParams().getOrder().bitLength();
      method = size == 256 ? "ecdsa-sha256" : size == 384 ? "ecdsa-sha384" : "ecdsa-sha512";
    }
    TransformParameterSpec none = null;
    Reference reference = FACTORY.newReference("", FACTORY.newDigestMethod(DigestMethod.SHA256, null),
        List.of(FACTORY.newTransform(Transform.ENVELOPED, none), FACTORY.newTransform(c14n, none)), null, null);
    SignedInfo info = FACTORY.newSignedInfo(
        FACTORY.newCanonicalizationMethod(c14n, (C14NMethodParameterSpec) null),
        FACTORY.newSignatureMethod(MORE + method, null), List.of(reference));
    KeyInfoFactory infos = FACTORY.getKeyInfoFactory();
    KeyInfo keyInfo = infos.newKeyInfo(List.of(infos.newX509Data(List.of(certificate))));
    Document document = read(source);
    FACTORY.newXMLSignature(info, keyInfo).sign(new DOMSignContext(key, document.getDocumentElement()));
    try (FileOutputStream out = new FileOutputStream(target)) {
      TransformerFactory.newInstance().newTransformer().transform(new DOMSource(document), new StreamResult(out));
    }
  }

  static class FromCertificate extends KeySelector {
    public KeySelectorResult select(KeyInfo info, Purpose purpose, AlgorithmMethod method, XMLCryptoContext context) {
      for (Object content : info.getContent())
        if (content instanceof X509Data data)
          for (Object item : data.getContent())
            if (item instanceof X509Certificate certificate) {
              Key key = certificate.getPublicKey();
              return () -> key;
            }
      throw new IllegalArgumentException("no certificate");
    }
  }
}
