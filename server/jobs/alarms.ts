/**
 * The jobs port: an alarm clock and nothing more (DESIGN §2.8). It wakes a handler at a time, at least once, perhaps twice, perhaps on
 * another server; the handler reads the truth from its own document and decides. Retries are new alarms that `step()` asks for.
 */
export type AlarmName = "call.due" | "call.reconcile" | "call.wrapUp" | "call.settleCost";

export type AlarmHandler = (key: string) => Promise<void>;

export type Alarms = {
  /** Call before `start`. The handler only starts work and returns: its lock lasts 60 s. A throwing handler is logged and counted. */
  define(name: AlarmName, handler: AlarmHandler): void;
  /** One alarm per name and key: setting it again moves it. */
  set(name: AlarmName, key: string, at: Date): Promise<void>;
  clear(name: AlarmName, key: string): Promise<void>;
  start(): Promise<void>;
  /** Takes no further alarm, gives back those that were not started, and waits for running handlers. */
  stop(): Promise<void>;
  health(): { ok: boolean; reason: string };
};
