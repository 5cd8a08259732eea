import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";

/** Where a sealed value lives. It opens only there: moving the text to another document or field makes it unreadable. */
export type SealPlace = { collection: string; field: string; documentId: string };

/** One AES-256 key; `keyId` travels with each sealed value so that keys can be rotated. */
export type SealKey = { keyId: string; key: Buffer };

/** A sealed value cannot be opened: its key is gone, or it was changed or moved. Names nothing that was inside. */
export class SealError extends Error {
  override name = "SealError";
}

export type Seals = {
  /** AES-256-GCM with a random nonce, bound to its place. Returns `v1:keyId:nonce:text:tag`. */
  seal(value: string, place: SealPlace): string;
  /** @throws SealError */
  open(sealed: string, place: SealPlace): string;
  /** Keyed hash (HMAC-SHA-256) for looking a value up without storing it. Same value, same hash. */
  blindIndex(value: string): string;
};

const NONCE_BYTES = 12;
const placeBytes = (place: SealPlace) =>
  Buffer.from(`${place.collection}|${place.field}|${place.documentId}`);

/** `keys`: newest first; the first one seals, all of them open. */
export function createSeals(keys: readonly SealKey[], indexKey: Buffer): Seals {
  const [newest] = keys;
  if (newest === undefined) throw new SealError("No key to seal with was configured.");
  return {
    seal(value, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", newest.key, nonce).setAAD(placeBytes(place));
      const text = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
      const parts = [nonce, text, cipher.getAuthTag()].map((part) => part.toString("base64url"));
      return ["v1", newest.keyId, ...parts].join(":");
    },
    open(sealed, place) {
      const [version, keyId, nonce, text, tag] = sealed.split(":");
      const key = keys.find((one) => one.keyId === keyId);
      if (version !== "v1" || nonce === undefined || text === undefined || tag === undefined) {
        throw new SealError("This is not a sealed value.");
      }
      if (key === undefined) throw new SealError("The key of a sealed value is not configured.");
      try {
        const decipher = createDecipheriv("aes-256-gcm", key.key, Buffer.from(nonce, "base64url"))
          .setAAD(placeBytes(place))
          .setAuthTag(Buffer.from(tag, "base64url"));
        const opened = Buffer.concat([decipher.update(Buffer.from(text, "base64url")), decipher.final()]);
        return opened.toString("utf8");
      } catch {
        throw new SealError("A sealed value was changed or moved.");
      }
    },
    blindIndex: (value) => createHmac("sha256", indexKey).update(value).digest("base64url"),
  };
}
