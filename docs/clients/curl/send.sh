#!/bin/bash
# Sign a message, send it, and wait for its receipt: with openssl, xmlsec1 and curl.
# 用 openssl、xmlsec1 和 curl 签名、发送报文，并等待回执。
#
#   EPORT_URL=https://localhost:8443 EPORT_CA=ca.pem EPORT_P12=operator1.p12 EPORT_P12_PASSWORD=… \
#       ./send.sh MESSAGE.xml [STATUS]
#
# What was signed is kept beside the message, as MESSAGE.xml.dxp, until it is answered for good: after a crash,
# or without an answer, the same bytes go out again, and count once. A message is signed anew only without it.
#
# Exit code: 0 the receipt with STATUS (120 without one) came, 3 refused, 1 anything else: run it again.
set -euo pipefail
umask 077

message=${1:?the message to send}
: "${EPORT_URL:?}" "${EPORT_CA:?}" "${EPORT_P12:?}" "${EPORT_P12_PASSWORD:?}"
wanted=${2:-120}
receiver=${EPORT_RECEIVER:-DXPCUS0000000001}
GATEWAY_USAGE=2.25.123931892508456821210154800316993225236 # extended key usage that only gateways get
DXP=http://www.chinaport.gov.cn/dxp
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export EPORT_P12_PASSWORD # openssl reads it from there: on a command line everybody could
# -f would hide a refusal's words; the status is asked for where it decides.
gateway() { curl --silent --show-error --cacert "$EPORT_CA" --max-time 60 "$@"; }
# The text of the first element with this name, whatever its namespace.
value() { xmllint --xpath "string(//*[local-name()='$1'])" "$2"; }
upper() { tr '[:lower:]' '[:upper:]'; }

# -- the key; it stays in a folder of our own and goes with it
openssl pkcs12 -in "$EPORT_P12" -passin env:EPORT_P12_PASSWORD -nocerts -nodes -out "$work/key.pem" 2>/dev/null
openssl pkcs12 -in "$EPORT_P12" -passin env:EPORT_P12_PASSWORD -clcerts -nokeys 2>/dev/null |
    openssl x509 -out "$work/certificate.pem"

# -- sign: an empty signature goes in front of the root's end tag, xmlsec1 fills it; then wrap the signed bytes
kept=$message.dxp
sign_and_wrap() {
    method=rsa-sha256
    openssl pkey -in "$work/key.pem" -noout -text | grep -q prime256v1 && method=ecdsa-sha256
    cat >"$work/signature.xml" <<XML
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#$method"/>
<ds:Reference URI=""><ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/>
</ds:Reference></ds:SignedInfo><ds:SignatureValue/>
<ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo></ds:Signature>
XML
    root=$(xmllint --xpath 'local-name(/*)' "$message")
    awk -v tag="</$root>" -v file="$work/signature.xml" '
        BEGIN { while ((getline line < file) > 0) signature = signature line }
        { at = index($0, tag); if (at) $0 = substr($0, 1, at - 1) signature tag; print }' "$message" >"$work/unsigned.xml"
    xmlsec1 --sign --privkey-pem "$work/key.pem,$work/certificate.pem" --output "$work/signed.xml" "$work/unsigned.xml"
    id=$(cat /proc/sys/kernel/random/uuid | upper)
    sender=$(value dxpId "$work/signed.xml")
    cat >"$kept.tmp" <<XML
<DxpMsg xmlns="$DXP" ver="1.0"><TransInfo><CopMsgId>$id</CopMsgId><SenderId>$sender</SenderId><ReceiverIds><ReceiverId>$receiver</ReceiverId></ReceiverIds><CreatTime>$(date +%Y-%m-%dT%H:%M:%S%:z)</CreatTime><MsgType>$root</MsgType></TransInfo><Data>$(base64 -w0 "$work/signed.xml")</Data></DxpMsg>
XML
    sync "$kept.tmp" && mv "$kept.tmp" "$kept" && sync "$(dirname "$kept")" # on disk before it is on the line
}
[ -e "$kept" ] || sign_and_wrap
value Data "$kept" | base64 -d >"$work/signed.xml"

# Whether a gateway signed it: the signature holds, the chain leads to our CA, the certificate may sign for one.
# What is decided on afterwards is taken from the very file that was checked here.
proven() {
    xmllint --xpath "string(//*[local-name()='X509Certificate'])" "$1" | tr -d '[:space:]' | base64 -d |
        openssl x509 -inform DER -out "$work/signer.pem" || return 1
    openssl verify -CAfile "$EPORT_CA" "$work/signer.pem" >/dev/null 2>&1 &&
        openssl x509 -in "$work/signer.pem" -noout -ext extendedKeyUsage | grep -qF "$GATEWAY_USAGE" &&
        xmlsec1 --verify --pubkey-cert-pem "$work/signer.pem" "$1" >/dev/null 2>&1 &&
        [ "$(xmllint --xpath "count(//*[local-name()='Signature'])" "$1")" = 1 ] &&
        [ "$(xmllint --xpath "string(//*[local-name()='Reference']/@URI)" "$1")" = "" ]
}

# -- send until there is an answer: the same bytes may go out again and again, they count once
wait=0
for pause in 0 1 2 4 8 16 give-up; do
    [ $pause = give-up ] && { echo "no answer: run it again later" >&2; exit 1; }
    sleep $((wait > pause ? wait : pause))
    http=$(gateway --data-binary "@$kept" -H 'Content-Type: application/xml' \
        -o "$work/reply.xml" -D "$work/headers" -w '%{http_code}' "$EPORT_URL/v1/messages") || { wait=0; continue; }
    [ "$http" = 200 ] && break
    # The gateway says how many seconds it wants to be left alone.
    wait=$(tr -d '\r' <"$work/headers" | awk 'tolower($1) == "retry-after:" && $2 ~ /^[0-9]+$/ { print $2 }')
    wait=${wait:-0}
done
proven "$work/reply.xml" || { echo "the reply is not proven to be the gateway's" >&2; exit 1; }
code=$(value ResponseCode "$work/reply.xml")
echo "$code $(value ResponseInfo "$work/reply.xml")"
[ "$code" = 0000 ] || { rm "$kept"; exit 3; } # refused for good: mend the message, it is signed anew
digest=$(sha256sum "$work/signed.xml" | cut -d' ' -f1)
[ "$(value OriDigest "$work/reply.xml")" = "$digest" ] || { echo "the reply is about other data" >&2; exit 1; }
id=$(value CopMsgId "$work/reply.xml") # under which the gateway keeps it

# -- log in: sign the gateway's nonce, and the origin that we dialled
nonce=$(gateway --fail -X POST -H 'Content-Type: application/json' -d '{}' "$EPORT_URL/v1/challenges" |
    sed 's/.*"nonce" *: *"\([0-9a-f]*\)".*/\1/')
printf 'eport-gateway login v1\n%s\n%s' "$EPORT_URL" "$nonce" |
    openssl dgst -sha256 -sign "$work/key.pem" -out "$work/login.sig"
printf '{"nonce": "%s", "certificate": "%s", "signature": "%s"}' "$nonce" \
    "$(openssl x509 -in "$work/certificate.pem" -outform DER | base64 -w0)" "$(base64 -w0 "$work/login.sig")" >"$work/login.json"
token=$(gateway --fail -X POST -H 'Content-Type: application/json' --data-binary "@$work/login.json" "$EPORT_URL/v1/sessions" |
    sed 's/.*"token" *: *"\([^"]*\)".*/\1/')
printf 'header = "Authorization: Bearer %s"\n' "$token" >"$work/session" # not on a command line

# -- read the mailbox from its beginning; keep the cursor, as your software does, and it goes on from there
cursor=
end=$((SECONDS + 120))
while [ $SECONDS -lt $end ]; do
    gateway --fail --config "$work/session" "$EPORT_URL/v1/receipts?after=$cursor&wait=20" -o "$work/page.xml"
    cursor=$(xmllint --xpath 'string(/*/@next)' "$work/page.xml")
    count=$(xmllint --xpath "count(//*[local-name()='DxpMsg'])" "$work/page.xml")
    for ((number = 1; number <= count; number++)); do
        xmllint --xpath "string((//*[local-name()='DxpMsg'])[$number]/*[local-name()='Data'])" "$work/page.xml" |
            base64 -d >"$work/receipt.xml"
        [ "$(value oriCopMsgId "$work/receipt.xml")" = "$id" ] || continue
        proven "$work/receipt.xml" || { echo "a receipt is not proven to be the gateway's" >&2; exit 1; }
        [ "$(value oriDigest "$work/receipt.xml")" = "$digest" ] || { echo "a receipt is about other data" >&2; exit 1; }
        status=$(value returnStatus "$work/receipt.xml")
        echo "$status $(value caseNo "$work/receipt.xml") $(value returnInfo "$work/receipt.xml")"
        [ "$status" = "$wanted" ] && exit 0
        case $status in 4 | 100 | -*) exit 3 ;; esac
    done
done
echo "the receipt $wanted did not come in time" >&2
exit 1
