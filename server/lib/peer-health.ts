/** State of an outside peer for `/readyz`: a sentence for an operator, without secrets. */
export type PeerHealth = { ok: boolean; reason: string };
