const secretNames = [
  /^\.env(\..*)?$|\.env$/,
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|ovpn|asc|gpg)$/,
  /^id_[a-z0-9]+$|_(rsa|dsa|ecdsa|ed25519)$/,
  /^\.(npmrc|netrc|pgpass|htpasswd|git-credentials|my\.cnf|yarnrc(\.yml)?)$/,
  /^(shadow|gshadow|htpasswd|tailscaled\.state)-?$/,
  /secret|credential|password|passwd|token/,
];
const secretFolders = new Set([".ssh", ".gnupg", ".aws", ".kube", ".docker", "secrets"]);
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Whether a text is likely a secret, by the path of its file or a key in it. Secrets are not stored in the browser. */
export function isSecret(path: string, content: string): boolean {
  const parts = path.toLowerCase().split("/");
  const name = parts.pop() ?? "";
  return (
    secretNames.some((pattern) => pattern.test(name)) ||
    parts.some((folder) => secretFolders.has(folder)) ||
    privateKey.test(content)
  );
}
