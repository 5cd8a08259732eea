import { openPhoneLink } from "#client/sandbox/phone/phone-link.ts";
import type { HandsetView } from "#shared/sandbox/handset-wire.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const NUMBER = "+16125550101";
const RINGING: HandsetView = {
  line: { is: "on", number: NUMBER },
  call: { phase: "ringing", from: "+14155550100", sinceAt: "2026-11-24T15:00:00.000Z" },
};

/** The sandbox's end of the page's sockets, newest last. */
class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: unknown[] = [];

  constructor() {
    super();
    FakeSocket.all.push(this);
  }

  accept(): void {
    this.readyState = FakeSocket.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  send(data: unknown): void {
    this.sent.push(typeof data === "string" ? JSON.parse(data) : data);
  }

  show(view: HandsetView): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(view) }));
  }

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
}

beforeEach(() => {
  const stored = new Map<string, string>();
  vi.useFakeTimers();
  FakeSocket.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function opened() {
  const link = openPhoneLink("ws://sandbox/phone");
  const [socket] = FakeSocket.all;
  socket?.accept();
  return { link, socket };
}

test("[SB79] a lost connection freezes what is shown, and comes back with the number it had", () => {
  const { link, socket } = opened();
  link.order({ do: "claim", number: NUMBER });
  socket?.show(RINGING);
  socket?.close();
  expect(link.state.get()).toMatchObject({ connection: { is: "lost" }, view: RINGING });
  vi.advanceTimersByTime(1_000);
  FakeSocket.all[1]?.close();
  vi.advanceTimersByTime(1_000);
  const again = FakeSocket.all[2];
  again?.accept();
  expect(again?.sent).toEqual([{ do: "claim", number: NUMBER }]);
  again?.show({ line: { is: "off" }, call: { phase: "none" } });
  again?.show(RINGING);
  expect(link.state.get()).toEqual({ connection: { is: "open" }, view: RINGING });
});

test("[SB79] a number that was handed back, or taken by another page, is not claimed again", () => {
  const { link, socket } = opened();
  socket?.show(RINGING);
  link.order({ do: "release" });
  socket?.close();
  vi.advanceTimersByTime(1_000);
  FakeSocket.all[1]?.accept();
  expect(FakeSocket.all[1]?.sent).toEqual([]);
  FakeSocket.all[1]?.show(RINGING);
  FakeSocket.all[1]?.show({ line: { is: "replaced" }, call: { phase: "none" } });
  FakeSocket.all[1]?.close();
  vi.advanceTimersByTime(1_000);
  FakeSocket.all[2]?.accept();
  expect(FakeSocket.all[2]?.sent).toEqual([]);
});

test("a page that is left does not come back", () => {
  const { link } = opened();
  link.close();
  vi.advanceTimersByTime(10_000);
  expect(FakeSocket.all).toHaveLength(1);
});
