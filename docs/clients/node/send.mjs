// Sign a message, send it, and wait for its receipt: with Node.js and xml-crypto.
// 用 Node.js 和 xml-crypto 签名、发送报文，并等待回执。
//
//   npm ci
//   EPORT_URL=https://localhost:8443 EPORT_CA=ca.pem EPORT_P12=operator1.p12 EPORT_P12_PASSWORD=… \
//       node send.mjs MESSAGE.xml [STATUS]
//
// What was signed is kept beside the message, as MESSAGE.xml.dxp, until it is answered for good: after a crash,
// or without an answer, the same bytes go out again, and count once. A message is signed anew only without it.
//
// Exit code: 0 the receipt with STATUS (120 without one) came, 3 refused, 1 anything else: run it again.

import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, randomUUID, sign, verify, X509Certificate } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { Agent, request as httpsRequest } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { DOMParser, XMLSerializer } from "@xmldom/xmldom";
import { SignedXml } from "xml-crypto";

const DXP = "http://www.chinaport.gov.cn/dxp";
const DS = "http://www.w3.org/2000/09/xmldsig#";
const MORE = "http://www.w3.org/2001/04/xmldsig-more#";
const EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";
const GATEWAY_USAGE = "2.25.123931892508456821210154800316993225236"; // extended key usage that only gateways get
const RECEIVER = process.env.EPORT_RECEIVER ?? "DXPCUS0000000001";

/** An end that is no crash: the words are the user's, the code is the shell's. */
class End extends Error {
  constructor(code, words) {
    super(words);
    this.code = code;
  }
}

// xml-crypto has no elliptic curves of its own. XML-DSig writes r and s side by side, not in DER.
class EcdsaSha256 {
  getAlgorithmName = () => MORE + "ecdsa-sha256";
  getSignature = (data, key) => sign("sha256", Buffer.from(data), { key, dsaEncoding: "ieee-p1363" }).toString("base64");
  verifySignature = (data, key, value) =>
    verify("sha256", Buffer.from(data), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(value, "base64"));
}

/** A document that came from outside: what is not well formed, or has a DTD, is refused. */
function parse(xml) {
  if (xml.includes("<!DOCTYPE")) throw new End(1, "XML with a DTD is not read");
  const refuse = (words) => {
    throw new End(1, `this is no XML: ${words}`);
  };
  return new DOMParser({ errorHandler: { warning: refuse, error: refuse, fatalError: refuse } }).parseFromString(xml, "text/xml");
}

/** The text of the first element with this name, whatever its namespace; "" without one. */
const value = (document, name) => document.getElementsByTagNameNS("*", name)[0]?.textContent ?? "";

function setting(name) {
  if (!process.env[name]) throw new End(1, `set ${name}`);
  return process.env[name];
}

// -- who we are, and whom we believe

const url = setting("EPORT_URL");
const ca = readFileSync(setting("EPORT_CA"), "utf8");
const authorities = ca.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g).map((pem) => new X509Certificate(pem));
setting("EPORT_P12_PASSWORD"); // openssl reads it from there: Node.js cannot open a .p12
const p12 = (...more) =>
  execFileSync("openssl", ["pkcs12", "-in", setting("EPORT_P12"), "-passin", "env:EPORT_P12_PASSWORD", ...more], { stdio: ["ignore", "pipe", "ignore"] });
const key = createPrivateKey(p12("-nocerts", "-nodes"));
const certificate = new X509Certificate(p12("-clcerts", "-nokeys"));
const rsa = key.asymmetricKeyType === "rsa";

/** What a gateway signed, and nothing beside it: by a certificate of our CA that may sign for one. */
function proven(xml) {
  const document = parse(xml);
  const require = (holds, otherwise) => {
    if (!holds) throw new End(1, `this is not proven to be the gateway's: ${otherwise}`);
  };
  const signatures = document.getElementsByTagNameNS(DS, "Signature");
  require(signatures.length === 1 && signatures[0].parentNode === document.documentElement, "it has not one signature in its root");
  const signer = new X509Certificate(Buffer.from(value(document, "X509Certificate"), "base64"));
  require(authorities.some((each) => signer.checkIssued(each) && signer.verify(each.publicKey)), "its certificate is of another CA");
  const now = Date.now();
  require(Date.parse(signer.validFrom) <= now && now <= Date.parse(signer.validTo), "its certificate is not in date");
  require(signer.keyUsage?.includes(GATEWAY_USAGE), "its certificate is not a gateway's");
  const found = new SignedXml({ publicCert: signer.publicKey.export({ type: "spki", format: "pem" }), getCertFromKeyInfo: () => null });
  found.SignatureAlgorithms[MORE + "ecdsa-sha256"] = EcdsaSha256;
  found.loadSignature(signatures[0]);
  require([MORE + "rsa-sha256", MORE + "ecdsa-sha256"].includes(found.signatureAlgorithm), "it is signed otherwise");
  let holds = false;
  try {
    holds = found.checkSignature(xml);
  } catch (error) {
    require(false, error.message);
  }
  const references = found.getSignedReferences();
  require(holds && references.length === 1, "its signature does not hold");
  const signed = parse(references[0]); // the very bytes that were verified
  require(signed.documentElement.localName === document.documentElement.localName, "it is not signed whole");
  return signed;
}

// -- what is sent

function envelope(message) {
  const signer = new SignedXml({
    privateKey: key.export({ type: "pkcs8", format: "pem" }),
    publicCert: certificate.toString(),
    signatureAlgorithm: MORE + (rsa ? "rsa-sha256" : "ecdsa-sha256"),
    canonicalizationAlgorithm: EXCLUSIVE,
  });
  signer.SignatureAlgorithms[MORE + "ecdsa-sha256"] = EcdsaSha256;
  signer.addReference({ xpath: "/*", isEmptyUri: true, transforms: [ENVELOPED, EXCLUSIVE], digestAlgorithm: SHA256 });
  signer.computeSignature(message, { prefix: "ds" });
  const document = parse(message);
  const made = parse(`<DxpMsg xmlns="${DXP}" ver="1.0"/>`);
  const child = (parent, name, text = "") => {
    const element = parent.appendChild(made.createElementNS(DXP, name));
    if (text) element.textContent = text;
    return element;
  };
  const head = child(made.documentElement, "TransInfo");
  child(head, "CopMsgId", randomUUID().toUpperCase());
  child(head, "SenderId", value(document, "dxpId"));
  child(child(head, "ReceiverIds"), "ReceiverId", RECEIVER);
  child(head, "CreatTime", new Date().toISOString().replace(/\.\d+Z$/, "Z"));
  child(head, "MsgType", document.documentElement.localName);
  child(made.documentElement, "Data", Buffer.from(signer.getSignedXml()).toString("base64"));
  return new XMLSerializer().serializeToString(made);
}

/** On disk before it is on the line. */
function keep(file, text) {
  const beside = openSync(`${file}.tmp`, "w", 0o600);
  writeSync(beside, text);
  fsyncSync(beside);
  closeSync(beside);
  renameSync(`${file}.tmp`, file);
}

const agent = new Agent({ ca, keepAlive: true });
let token = "";

/** One call: { status, headers, body }. Rejects when the line is lost. */
function call(method, path, body, type) {
  const headers = { ...(type && { "Content-Type": type }), ...(token && { Authorization: `Bearer ${token}` }) };
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(url + path, { method, agent, headers, timeout: 60_000 }, (answer) => {
      const pieces = [];
      answer.on("data", (piece) => pieces.push(piece));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces).toString("utf8") }));
      answer.on("error", reject);
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.on("error", reject);
    sent.end(body);
  });
}

async function done(answer) {
  const { status, body } = await answer;
  if (status < 200 || status > 299) throw new End(1, `${status} ${body}`);
  return body;
}

/** The answer to an envelope. Without one the same bytes go out again: they count once. */
async function send(bytes) {
  let wait = 0; // as long as the gateway wants to be left alone
  for (const seconds of [0, 1, 2, 4, 8, 16]) {
    await pause(Math.max(seconds, wait) * 1000);
    const answer = await call("POST", "/v1/messages", bytes, "application/xml").catch(() => null);
    if (answer?.status === 200) return answer.body;
    wait = Number(answer?.headers["retry-after"]) || 0;
  }
  throw new End(1, "no answer: run it again later");
}

/** A session: the gateway's nonce is signed, and the origin that we dialled. */
async function logIn() {
  const { nonce } = JSON.parse(await done(call("POST", "/v1/challenges", "{}", "application/json")));
  const statement = Buffer.from(`eport-gateway login v1\n${url}\n${nonce}`);
  const given = { nonce, certificate: certificate.raw.toString("base64"), signature: sign("sha256", statement, key).toString("base64") };
  ({ token } = JSON.parse(await done(call("POST", "/v1/sessions", JSON.stringify(given), "application/json"))));
}

// -- the whole way of one message

async function main(file, wanted = "120") {
  if (!file) throw new End(1, "node send.mjs MESSAGE.xml [STATUS]");
  const kept = `${file}.dxp`;
  if (!existsSync(kept)) keep(kept, envelope(readFileSync(file, "utf8")));
  const bytes = readFileSync(kept, "utf8");
  const digest = createHash("sha256").update(Buffer.from(value(parse(bytes), "Data"), "base64")).digest("hex");

  const reply = proven(await send(bytes));
  console.log(value(reply, "ResponseCode"), value(reply, "ResponseInfo"));
  if (value(reply, "ResponseCode") !== "0000") {
    unlinkSync(kept); // refused for good: mend the message, it is signed anew
    return 3;
  }
  if (value(reply, "OriDigest") !== digest) throw new End(1, "the reply is about other data");
  const knownAs = value(reply, "CopMsgId"); // under which the gateway keeps it

  await logIn();
  const until = Date.now() + 120_000;
  for (let after = ""; Date.now() < until; ) {
    const page = parse(await done(call("GET", `/v1/receipts?wait=20&after=${encodeURIComponent(after)}`)));
    after = page.documentElement.getAttribute("next"); // keep it, as your software does, and read on from there
    for (const data of Array.from(page.getElementsByTagNameNS(DXP, "Data"))) {
      const xml = Buffer.from(data.textContent, "base64").toString("utf8");
      if (value(parse(xml), "oriCopMsgId") !== knownAs) continue; // another message's
      const receipt = proven(xml);
      if (value(receipt, "oriDigest") !== digest) throw new End(1, "a receipt is about other data");
      const status = value(receipt, "returnStatus");
      console.log(status, value(receipt, "caseNo"), value(receipt, "returnInfo"));
      if (status === wanted) return 0;
      if (status === "4" || status === "100" || status.startsWith("-")) return 3;
    }
  }
  throw new End(1, `the receipt ${wanted} did not come in time`);
}

main(...process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error instanceof End ? error.message : error);
    process.exit(error.code === 3 ? 3 : 1);
  },
);
