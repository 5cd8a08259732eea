const DUPLICATE_KEY = 11_000;

/**
 * Two first writes at once may both try to insert the same document; the unique index lets one through, and the other finds the document
 * on its second try. Anything else that fails is thrown.
 */
export async function retryLostUpsert<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    const lostRace = error instanceof Error && "code" in error && error.code === DUPLICATE_KEY;
    if (!lostRace) throw error;
    return write();
  }
}
