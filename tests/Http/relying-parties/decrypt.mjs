// Reads {"key": JWK, "jwe": text} and writes the JWE's content, when it is as the API asks for it.
import { compactDecrypt, importJWK } from "jose";
import { text } from "node:stream/consumers";

const { key, jwe } = JSON.parse(await text(process.stdin));
const { plaintext, protectedHeader } = await compactDecrypt(jwe, await importJWK(key, "ECDH-ES+A256KW"), {
  keyManagementAlgorithms: ["ECDH-ES+A256KW"],
  contentEncryptionAlgorithms: ["A256CBC-HS512"],
});
if (protectedHeader.cty !== "application/json" || protectedHeader.kid !== key.kid) {
  throw new Error(`Another header: ${JSON.stringify(protectedHeader)}`);
}
process.stdout.write(plaintext);
