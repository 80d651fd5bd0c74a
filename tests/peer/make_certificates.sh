#!/bin/sh
# make_certificates.sh FOLDER: certificates for tests, good and bad ones, made with the openssl command.
#   ca.pem               the authority
#   good.pem good.key    for 127.0.0.1 and localhost, by the authority
#   expired.pem          the same, but its time has passed
#   stranger.pem         by the authority, but for another host
#   self.pem self.key    signed by itself
#   good.pin             the pin of good.key
#   client.pem client.key  for a client, by the authority; locked.key is the key under the password "open",
#                        both.pem is certificate and key
set -eu
cd "$1"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj "/CN=Test authority" -keyout ca.key -out ca.pem 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj "/CN=localhost" -addext "subjectAltName=IP:127.0.0.1,DNS:localhost" \
    -keyout self.key -out self.pem 2>/dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -subj "/CN=localhost" -keyout good.key -out request.pem 2>/dev/null

# sign NAME DAYS SAN
sign() {
    printf 'subjectAltName=%s\n' "$3" >"$1.cnf"
    openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days "$2" \
        -extfile "$1.cnf" -out "$1.pem" 2>/dev/null
}
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -subj "/CN=client" -keyout client.key -out client.csr 2>/dev/null
openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out client.pem \
    2>/dev/null
openssl pkey -in client.key -aes256 -passout pass:open -out locked.key
cat client.pem client.key >both.pem

sign good 2 IP:127.0.0.1,DNS:localhost
sign expired -1 IP:127.0.0.1,DNS:localhost
sign stranger 2 DNS:stranger.example

printf 'sha256//%s' "$(openssl pkey -in good.key -pubout -outform der | openssl dgst -sha256 -binary |
    openssl base64)" >good.pin
