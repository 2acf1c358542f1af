import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

export interface TestAuthenticatorOptions {
  origin: string;
  rpId: string;
}

/** How a response differs from that of an honest device and browser. */
export interface Deviation {
  origin?: string;
  rpId?: string;
  challenge?: string;
  /** Whether the device verified its user. */
  userVerified?: boolean;
  counter?: number;
  userHandle?: string | null;
  key?: KeyObject;
}

interface Options {
  challenge: string;
  user?: { id: string };
  allowCredentials?: { id: string }[];
}

const base64url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString("base64url");
const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest();

/** A device with one ES256 passkey and its browser: turns options into responses of WebAuthn, as JSON. */
export function createTestAuthenticator({ origin, rpId }: TestAuthenticatorOptions) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = randomBytes(32);
  let userHandle: string | undefined;
  let counter = 0;

  const clientData = (type: string, { challenge }: Options, deviation: Deviation) =>
    Buffer.from(
      JSON.stringify({ type, challenge: deviation.challenge ?? challenge, origin: deviation.origin ?? origin }),
    );
  const authenticatorData = (deviation: Deviation, attested: Uint8Array = Buffer.alloc(0)) => {
    const flags = 0x01 | ((deviation.userVerified ?? true) ? 0x04 : 0) | (attested.length > 0 ? 0x40 : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(deviation.counter ?? counter);
    return Buffer.concat([sha256(deviation.rpId ?? rpId), Buffer.of(flags), count, attested]);
  };
  const credential = { id: base64url(id), rawId: base64url(id), type: "public-key", clientExtensionResults: {} };

  return {
    credentialId: base64url(id),
    create: (options: Options, deviation: Deviation = {}) => {
      userHandle = options.user?.id;
      const { x = "", y = "" } = publicKey.export({ format: "jwk" });
      const cose = cbor(
        new Map<number, unknown>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, Buffer.from(x, "base64url")],
          [-3, Buffer.from(y, "base64url")],
        ]),
      );
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const authData = authenticatorData(deviation, Buffer.concat([Buffer.alloc(16), length, id, cose]));
      const attestation = new Map<string, unknown>([
        ["fmt", "none"],
        ["attStmt", new Map()],
        ["authData", authData],
      ]);
      return {
        ...credential,
        response: {
          clientDataJSON: base64url(clientData("webauthn.create", options, deviation)),
          attestationObject: base64url(cbor(attestation)),
          transports: ["internal"],
        },
      };
    },
    get: (options: Options, deviation: Deviation = {}) => {
      counter++;
      const client = clientData("webauthn.get", options, deviation);
      const data = authenticatorData(deviation);
      const signature = sign("sha256", Buffer.concat([data, sha256(client)]), deviation.key ?? privateKey);
      return {
        ...credential,
        response: {
          clientDataJSON: base64url(client),
          authenticatorData: base64url(data),
          signature: base64url(signature),
          ...(userHandle === undefined
            ? {}
            : { userHandle: deviation.userHandle === undefined ? userHandle : deviation.userHandle }),
        },
      };
    },
  };
}

/** As much of CBOR as an authenticator speaks: integers, bytes, text and maps. */
function cbor(value: unknown): Buffer {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Map) {
    return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, item]) => [cbor(key), cbor(item)])]);
  }
  const bytes = value as Uint8Array;
  return Buffer.concat([head(2, bytes.length), bytes]);
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.of((major << 5) | length);
  return length < 256 ? Buffer.of((major << 5) | 24, length) : Buffer.of((major << 5) | 25, length >> 8, length & 255);
}
