import { browserNowMs } from "#client/ui/clock.ts";
import { createStore, type Readable } from "#client/ui/store.ts";
import { type HandsetOrder, type HandsetView, handsetViewSchema } from "#shared/sandbox/handset-wire.ts";

export type LinkState = {
  /** `lost` since then; the view is the last one that came. */
  readonly connection:
    | { readonly is: "opening" | "open" }
    | { readonly is: "lost"; readonly sinceMs: number };
  readonly view: HandsetView;
};

/** The page's way to its phone; it comes back by itself after a lost connection, with the number it had. */
export type PhoneLink = {
  readonly state: Readable<LinkState>;
  order(order: HandsetOrder): void;
  speak(samples: Int16Array): void;
  /** Gets the sound of the call, 16-bit samples at 8 kHz. */
  onSound(listener: (samples: Int16Array) => void): () => void;
  close(): void;
};

const RETRY_MS = 1_000;
/** Remembers for a reload which number this tab answers; gone with the tab. */
const KEY = "ringside.handset";
const OFF: HandsetView = { line: { is: "off" }, call: { phase: "none" } };

function remember(line: HandsetView["line"]): void {
  if (line.is === "on") sessionStorage.setItem(KEY, line.number);
  else sessionStorage.removeItem(KEY);
}

export function openPhoneLink(url: string): PhoneLink {
  const state = createStore<LinkState>({ connection: { is: "opening" }, view: OFF });
  const listeners = new Set<(samples: Int16Array) => void>();
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;

  function receive({ data }: MessageEvent<unknown>) {
    if (data instanceof ArrayBuffer) {
      for (const listener of listeners) listener(new Int16Array(data));
      return;
    }
    const view = handsetViewSchema.parse(JSON.parse(String(data)));
    state.set({ connection: { is: "open" }, view });
  }

  function open() {
    const own = new WebSocket(url);
    own.binaryType = "arraybuffer";
    socket = own;
    own.addEventListener("open", () => {
      const number = sessionStorage.getItem(KEY);
      if (number !== null) own.send(JSON.stringify({ do: "claim", number } satisfies HandsetOrder));
      own.addEventListener("message", (event) => {
        receive(event);
        // The first view is of a page without a number: what is remembered stays until the claim was answered.
        if (state.get().view.line.is !== "off") remember(state.get().view.line);
      });
    });
    own.addEventListener("close", () => {
      if (isClosed) return;
      const { connection, view } = state.get();
      const lost = connection.is === "lost" ? connection : { is: "lost" as const, sinceMs: browserNowMs() };
      state.set({ connection: lost, view });
      timer = setTimeout(open, RETRY_MS);
    });
  }

  function send(message: string | Int16Array<ArrayBuffer>) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(message);
  }

  open();
  return {
    state,
    order(order) {
      if (order.do === "release") sessionStorage.removeItem(KEY);
      send(JSON.stringify(order));
    },
    speak: (samples) => send(new Int16Array(samples)),
    onSound(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}
