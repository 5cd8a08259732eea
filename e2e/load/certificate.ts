import { execFileSync } from "node:child_process";

/**
 * A certificate for 127.0.0.1 in `folder`: `key.pem` and `cert.pem`, for the peers of one run. Node trusts it when NODE_EXTRA_CA_CERTS names it.
 * @throws when the machine has no openssl
 */
export function makeCertificate(folder: string): string {
  const options =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1";
  const names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  const files = ["-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`];
  execFileSync("openssl", [...options.split(" "), ...names, ...files], { stdio: "ignore" });
  return `${folder}/cert.pem`;
}
