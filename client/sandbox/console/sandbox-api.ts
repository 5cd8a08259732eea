import { z } from "zod";

/** The sandbox's control interface, as far as its pages use it; both come from one origin. */
const frames = z.object({
  frames: z.number(),
  lost: z.number(),
  repeated: z.number(),
  reordered: z.number(),
  changed: z.number(),
});

const stream = z.object({
  sid: z.string(),
  state: z.enum(["connecting", "open", "over"]),
  framesSent: z.number(),
  framesDropped: z.number(),
  bufferedMs: z.number(),
  errors: z.array(z.number()),
});

const briefSchema = z.object({
  sid: z.string(),
  to: z.string(),
  from: z.string(),
  parentSid: z.string().nullable(),
  createdAt: z.string(),
  status: z.string(),
  rings: z.number(),
  answeredBy: z.string().nullable(),
  audioMs: z.number(),
  streams: z.array(stream),
  agentAudio: frames,
});
export type CallBrief = z.infer<typeof briefSchema>;

const line = z.object({ text: z.string(), startedAtMs: z.number(), complete: z.boolean() });
const callSchema = briefSchema.extend({
  said: z.array(line),
  heard: z.array(line),
  log: z.array(z.looseObject({ atMs: z.number(), type: z.string() })),
  logDropped: z.number(),
});
export type CallDetail = z.infer<typeof callSchema>;

const faultSchema = z.looseObject({ peer: z.string(), fault: z.string(), times: z.number() });
export type ArmedFault = z.infer<typeof faultSchema>;
const faultsSchema = z.object({ faults: z.array(faultSchema) });

const messageSchema = z.object({ sid: z.string(), to: z.string(), body: z.string(), sentAt: z.string() });
export type TextMessage = z.infer<typeof messageSchema>;

/** A request that the sandbox refused; the message is its sentence. */
class SandboxRefusal extends Error {
  override readonly name = "SandboxRefusal";
}

async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  const reply = await fetch(`/sandbox${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const json: unknown = await reply.json();
  if (reply.ok) return json;
  const refusal = z.object({ message: z.string() }).safeParse(json);
  throw new SandboxRefusal(refusal.success ? refusal.data.message : `The sandbox answered ${reply.status}.`);
}

export const sandboxApi = {
  async calls(): Promise<CallBrief[]> {
    return z.object({ calls: z.array(briefSchema) }).parse(await ask("GET", "/calls?brief&limit=50")).calls;
  },
  async call(sid: string): Promise<CallDetail> {
    return callSchema.parse(await ask("GET", `/calls/${sid}`));
  },
  /** The newest twenty text messages, to everybody or to one number. */
  async messages(to: string): Promise<TextMessage[]> {
    const one = to === "" ? "" : `&to=${encodeURIComponent(to)}`;
    const reply = await ask("GET", `/messages?limit=20${one}`);
    return z.object({ messages: z.array(messageSchema) }).parse(reply).messages;
  },
  act: (sid: string, act: string, body: unknown) => ask("POST", `/calls/${sid}/${act}`, body),
  async faults(): Promise<ArmedFault[]> {
    return faultsSchema.parse(await ask("GET", "/faults")).faults;
  },
  arm: (order: unknown) => ask("POST", "/faults", order),
  disarm: () => ask("DELETE", "/faults"),
};
