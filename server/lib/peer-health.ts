/**
 * State of an outside peer for `/readyz`: a sentence for an operator, without secrets. `refused`: the peer itself said that our account or
 * key may not. `unreachable`: it did not answer. A check that failed otherwise proves nothing but that the check failed.
 */
export type PeerHealth = { ok: boolean; reason: string; why?: "refused" | "unreachable" };
