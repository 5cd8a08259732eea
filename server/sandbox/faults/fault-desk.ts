import type { Router } from "express";
import { z } from "zod";

export type Peer = "phone" | "voice" | "analyst";

/** A fault that waits for its chance, in the form of the order that armed it; `times` is what is left. */
export type WaitingFault = Readonly<Record<string, unknown>> & {
  readonly fault: string;
  readonly times: number;
};

/** What can go wrong at one peer. */
export type PeerFaults = {
  /**
   * Checks an order; the returned function arms it.
   * @throws ZodError, FaultRefusal
   */
  read(order: Readonly<Record<string, unknown>>): () => void;
  waiting(): readonly WaitingFault[];
  clear(): void;
};

/** An order that is well formed and cannot be carried out: a sentence. */
export class FaultRefusal extends Error {
  override readonly name = "FaultRefusal";
}

const MAX_ORDERS = 100;
const orderSchema = z.looseObject({ peer: z.enum(["phone", "voice", "analyst"]).default("phone") });
const bodySchema = z.union([z.array(orderSchema).max(MAX_ORDERS), orderSchema.transform((order) => [order])]);

/** The faults of all peers under one roof: `GET`, `POST` (one order or a list), `DELETE`. An order that is refused changes nothing. */
export class FaultDesk {
  readonly #peers: Partial<Record<Peer, PeerFaults>>;

  constructor(peers: Partial<Record<Peer, PeerFaults>>) {
    this.#peers = peers;
  }

  mount(router: Router): void {
    router.get("/faults", (_request, response) => void response.json({ faults: this.#waiting() }));
    router.post("/faults", (request, response) => {
      const refusal = this.#arm(request.body);
      if (refusal === null) response.json({ faults: this.#waiting() });
      else response.status(400).json({ message: refusal });
    });
    router.delete("/faults", (_request, response) => {
      for (const peer of Object.values(this.#peers)) peer.clear();
      response.json({ faults: [] });
    });
  }

  /** Why nothing was armed, or null. */
  #arm(body: unknown): string | null {
    try {
      const checked = bodySchema.parse(body).map(({ peer, ...order }) => this.#read(peer, order));
      for (const arm of checked) arm();
      return null;
    } catch (error) {
      if (error instanceof z.ZodError) return z.prettifyError(error);
      if (error instanceof FaultRefusal) return error.message;
      throw error;
    }
  }

  #read(peer: Peer, order: Readonly<Record<string, unknown>>): () => void {
    const faults = this.#peers[peer];
    if (!faults) throw new FaultRefusal(`There is no simulated ${peer} here.`);
    return faults.read(order);
  }

  #waiting(): (WaitingFault & { peer: string })[] {
    return Object.entries(this.#peers).flatMap(([peer, faults]) =>
      faults.waiting().map((fault) => ({ peer, ...fault })),
    );
  }
}
