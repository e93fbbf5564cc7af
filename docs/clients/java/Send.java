import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.XMLConstants;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Sign a message, send it, and wait for its receipt: with the JDK (17 or newer) alone.
 * 仅用 JDK（17 及以上）签名、发送报文，并等待回执。
 *
 * <pre>
 *   EPORT_URL=https://localhost:8443 EPORT_CA=ca.pem EPORT_P12=operator1.p12 EPORT_P12_PASSWORD=… \
 *       java Send.java MESSAGE.xml [STATUS]
 * </pre>
 *
 * What was signed is kept beside the message, as MESSAGE.xml.dxp, until it is answered for good: after a crash,
 * or without an answer, the same bytes go out again, and count once. A message is signed anew only without it.
 *
 * <p>Exit code: 0 the receipt with STATUS (120 without one) came, 3 refused, 1 anything else: run it again.
 */
public final class Send {
    private static final String DXP = "http://www.chinaport.gov.cn/dxp";
    private static final String MORE = "http://www.w3.org/2001/04/xmldsig-more#";
    /** The extended key usage that only gateways get. */
    private static final String GATEWAY_USAGE = "2.25.123931892508456821210154800316993225236";
    private static final Set<String> METHODS = Set.of(MORE + "rsa-sha256", MORE + "ecdsa-sha256", MORE + "ecdsa-sha384");
    private static final XMLSignatureFactory SIGNATURES = XMLSignatureFactory.getInstance("DOM");
    private static final int[] PAUSES = {0, 1, 2, 4, 8, 16};

    private final String url = setting("EPORT_URL");
    private final PrivateKey key;
    private final X509Certificate certificate;
    private final Set<TrustAnchor> anchors = new HashSet<>();
    private final HttpClient client;
    private String token = "";

    private Send() throws Exception {
        char[] password = setting("EPORT_P12_PASSWORD").toCharArray();
        KeyStore own = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(Path.of(setting("EPORT_P12")))) {
            own.load(file, password);
        }
        String alias = Collections.list(own.aliases()).get(0);
        key = (PrivateKey) own.getKey(alias, password);
        certificate = (X509Certificate) own.getCertificate(alias);

        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream file = Files.newInputStream(Path.of(setting("EPORT_CA")))) {
            for (var ca : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                trusted.setCertificateEntry("ca" + anchors.size(), ca);
                anchors.add(new TrustAnchor((X509Certificate) ca, null));
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls)
                .connectTimeout(Duration.ofSeconds(10)).build();
    }

    public static void main(String[] arguments) {
        try {
            System.exit(new Send().send(Path.of(arguments[0]), arguments.length > 1 ? arguments[1] : "120"));
        } catch (Exception error) {
            System.err.println(error.getMessage() == null ? error : error.getMessage());
            System.exit(1);
        }
    }

    /** The whole way of one message; the exit code. */
    private int send(Path message, String wanted) throws Exception {
        Path kept = message.resolveSibling(message.getFileName() + ".dxp");
        if (!Files.exists(kept)) {
            keep(kept, envelope(read(Files.readAllBytes(message))));
        }
        byte[] envelope = Files.readAllBytes(kept);
        byte[] data = Base64.getMimeDecoder().decode(value(read(envelope), "Data"));
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));

        Document reply = proven(post(envelope));
        System.out.println(value(reply, "ResponseCode") + " " + value(reply, "ResponseInfo"));
        if (!value(reply, "ResponseCode").equals("0000")) {
            Files.delete(kept); // refused for good: mend the message, it is signed anew
            return 3;
        }
        if (!value(reply, "OriDigest").equals(digest)) {
            throw new IllegalStateException("the reply is about other data");
        }
        String knownAs = value(reply, "CopMsgId"); // under which the gateway keeps it

        logIn();
        String after = "";
        for (long until = System.nanoTime() + Duration.ofSeconds(120).toNanos(); System.nanoTime() < until; ) {
            Document page = read(get("/v1/receipts?wait=20&after=" + URLEncoder.encode(after, StandardCharsets.UTF_8)));
            after = page.getDocumentElement().getAttribute("next"); // keep it, as your software does, and read on
            NodeList found = page.getElementsByTagNameNS(DXP, "Data");
            for (int number = 0; number < found.getLength(); number++) {
                byte[] document = Base64.getMimeDecoder().decode(found.item(number).getTextContent());
                if (!value(read(document), "oriCopMsgId").equals(knownAs)) {
                    continue; // another message's
                }
                Document receipt = proven(document);
                if (!value(receipt, "oriDigest").equals(digest)) {
                    throw new IllegalStateException("a receipt is about other data");
                }
                String status = value(receipt, "returnStatus");
                System.out.println(status + " " + value(receipt, "caseNo") + " " + value(receipt, "returnInfo"));
                if (status.equals(wanted)) {
                    return 0;
                }
                if (status.equals("4") || status.equals("100") || status.startsWith("-")) {
                    return 3;
                }
            }
        }
        throw new IllegalStateException("the receipt " + wanted + " did not come in time");
    }

    // -- what is sent ------------------------------------------------------------------------------

    /** The message signed, in a DxpMsg of its own. */
    private byte[] envelope(Document message) throws Exception {
        String method = MORE + (key.getAlgorithm().equals("RSA") ? "rsa-sha256" : "ecdsa-sha256");
        List<Transform> transforms = List.of(
                SIGNATURES.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
                SIGNATURES.newTransform(CanonicalizationMethod.EXCLUSIVE, (TransformParameterSpec) null));
        Reference whole = SIGNATURES.newReference(
                "", SIGNATURES.newDigestMethod(DigestMethod.SHA256, null), transforms, null, null);
        SignedInfo info = SIGNATURES.newSignedInfo(
                SIGNATURES.newCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
                SIGNATURES.newSignatureMethod(method, null), List.of(whole));
        KeyInfoFactory keys = SIGNATURES.getKeyInfoFactory();
        KeyInfo holder = keys.newKeyInfo(List.of(keys.newX509Data(List.of(certificate))));
        DOMSignContext place = new DOMSignContext(key, message.getDocumentElement());
        place.setDefaultNamespacePrefix("ds");
        SIGNATURES.newXMLSignature(info, holder).sign(place);

        Document made = builder().newDocument();
        Element envelope = made.createElementNS(DXP, "DxpMsg");
        envelope.setAttribute("ver", "1.0");
        made.appendChild(envelope);
        Element head = child(envelope, "TransInfo", null);
        child(head, "CopMsgId", UUID.randomUUID().toString().toUpperCase());
        child(head, "SenderId", value(message, "dxpId"));
        child(child(head, "ReceiverIds", null), "ReceiverId",
                System.getenv().getOrDefault("EPORT_RECEIVER", "DXPCUS0000000001"));
        child(head, "CreatTime", OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS).toString());
        child(head, "MsgType", message.getDocumentElement().getLocalName());
        child(envelope, "Data", Base64.getEncoder().encodeToString(bytes(message)));
        return bytes(made);
    }

    /** On disk before it is on the line. */
    private static void keep(Path kept, byte[] envelope) throws Exception {
        Path beside = kept.resolveSibling(kept.getFileName() + ".tmp");
        Files.write(beside, envelope);
        try (FileChannel file = FileChannel.open(beside, StandardOpenOption.WRITE)) {
            file.force(true);
        }
        Files.move(beside, kept, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The answer's bytes. Without an answer the same bytes go out again: they count once. */
    private byte[] post(byte[] envelope) throws Exception {
        HttpRequest request = request("/v1/messages").header("Content-Type", "application/xml")
                .POST(HttpRequest.BodyPublishers.ofByteArray(envelope)).build();
        long wait = 0; // as long as the gateway wants to be left alone
        for (int pause : PAUSES) {
            Thread.sleep(Duration.ofSeconds(Math.max(pause, wait)).toMillis());
            wait = 0;
            try {
                HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
                if (answer.statusCode() == 200) {
                    return answer.body();
                }
                wait = answer.headers().firstValue("retry-after").filter(it -> it.matches("[0-9]{1,4}")).map(Long::valueOf).orElse(0L);
            } catch (java.io.IOException lost) {
                // it may have been taken or not: the same again
            }
        }
        throw new IllegalStateException("no answer: run it again later");
    }

    /** A session: the gateway's nonce is signed, and the origin that we dialled. */
    private void logIn() throws Exception {
        String nonce = json(call("/v1/challenges", "{}"), "nonce");
        Signature signer = Signature.getInstance("SHA256with" + (key.getAlgorithm().equals("RSA") ? "RSA" : "ECDSA"));
        signer.initSign(key);
        signer.update(("eport-gateway login v1\n" + url + "\n" + nonce).getBytes(StandardCharsets.UTF_8));
        Base64.Encoder base64 = Base64.getEncoder();
        token = json(call("/v1/sessions", String.format("{\"nonce\": \"%s\", \"certificate\": \"%s\", \"signature\": \"%s\"}",
                nonce, base64.encodeToString(certificate.getEncoded()), base64.encodeToString(signer.sign()))), "token");
    }

    private byte[] call(String path, String body) throws Exception {
        return done(client.send(request(path).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofByteArray()));
    }

    private byte[] get(String path) throws Exception {
        return done(client.send(request(path).header("Authorization", "Bearer " + token).build(),
                HttpResponse.BodyHandlers.ofByteArray()));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(60));
    }

    private static byte[] done(HttpResponse<byte[]> answer) {
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(answer.statusCode() + " " + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return answer.body();
    }

    // -- what comes back ---------------------------------------------------------------------------

    /**
     * What a gateway signed: one signature, of the whole document, by a certificate of our CA that may sign for
     * one. Throws where any of it does not hold.
     */
    private Document proven(byte[] document) throws Exception {
        Document found = read(document);
        NodeList signatures = found.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
        NodeList signers = found.getElementsByTagNameNS(XMLSignature.XMLNS, "X509Certificate");
        require(signatures.getLength() == 1 && signers.getLength() == 1, "it has not one signature and one certificate");
        require(signatures.item(0).getParentNode() == found.getDocumentElement(), "its signature is not in its root");

        byte[] der = Base64.getMimeDecoder().decode(signers.item(0).getTextContent());
        CertificateFactory x509 = CertificateFactory.getInstance("X.509");
        X509Certificate signer = (X509Certificate) x509.generateCertificate(new ByteArrayInputStream(der));
        PKIXParameters chain = new PKIXParameters(anchors);
        chain.setRevocationEnabled(false); // add your CA's revocation lists here
        CertPathValidator.getInstance("PKIX").validate(x509.generateCertPath(List.of(signer)), chain);
        List<String> usages = signer.getExtendedKeyUsage();
        require(usages != null && usages.contains(GATEWAY_USAGE), "its certificate is not a gateway's");

        DOMValidateContext context = new DOMValidateContext(signer.getPublicKey(), signatures.item(0));
        context.setProperty("org.jcp.xml.dsig.secureValidation", true);
        XMLSignature signature = SIGNATURES.unmarshalXMLSignature(context);
        List<?> references = signature.getSignedInfo().getReferences();
        require(references.size() == 1 && "".equals(((Reference) references.get(0)).getURI()), "it is not signed whole");
        for (Object transform : ((Reference) references.get(0)).getTransforms()) {
            String algorithm = ((Transform) transform).getAlgorithm();
            require(algorithm.equals(Transform.ENVELOPED) || algorithm.equals(CanonicalizationMethod.EXCLUSIVE),
                    "its transforms are not the agreed ones");
        }
        require(METHODS.contains(signature.getSignedInfo().getSignatureMethod().getAlgorithm()), "it is signed otherwise");
        require(signature.validate(context), "its signature does not hold");
        return found;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException("this is not proven to be the gateway's: " + otherwise);
        }
    }

    // -- XML, JSON, settings -----------------------------------------------------------------------

    private static javax.xml.parsers.DocumentBuilder builder() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        return factory.newDocumentBuilder();
    }

    private static Document read(byte[] xml) throws Exception {
        return builder().parse(new ByteArrayInputStream(xml));
    }

    private static byte[] bytes(Document document) throws Exception {
        Transformer serializer = TransformerFactory.newInstance().newTransformer();
        serializer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        serializer.transform(new DOMSource(document), new StreamResult(out));
        return out.toByteArray();
    }

    private static Element child(Element parent, String name, String text) {
        Element made = parent.getOwnerDocument().createElementNS(DXP, name);
        if (text != null) {
            made.setTextContent(text);
        }
        parent.appendChild(made);
        return made;
    }

    /** The text of the first element with this name, whatever its namespace; "" without one. */
    private static String value(Document document, String name) {
        Node found = document.getElementsByTagNameNS("*", name).item(0);
        return found == null ? "" : found.getTextContent();
    }

    private static String json(byte[] answer, String name) {
        Matcher found = Pattern.compile('"' + name + "\"\\s*:\\s*\"([^\"]*)\"")
                .matcher(new String(answer, StandardCharsets.UTF_8));
        require(found.find(), "its answer has no " + name);
        return found.group(1);
    }

    private static String setting(String name) {
        String found = System.getenv(name);
        if (found == null || found.isEmpty()) {
            throw new IllegalStateException("set " + name);
        }
        return found;
    }
}
