const DUPLICATE_KEY = 11_000;

/** A unique index refused the write. */
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === DUPLICATE_KEY;

/**
 * Two first writes at once may both try to insert the same document; the unique index lets one through, and the other finds the document
 * on its second try. Anything else that fails is thrown.
 */
export async function retryLostUpsert<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return write();
  }
}
