import { MachineEar, whoTalks } from "#server/calls/live/machine-ear.ts";
import { describe, expect, test } from "vitest";

const judge = (turns: string[], answered = false) => {
  const ear = new MachineEar();
  return turns.map((words) => ear.heard({ words, speechMs: 3000, answered })).find((found) => found !== null);
};

const MACHINES: [string, string[]][] = [
  ["voicemail", ["You have reached our answering machine. Please leave a message after the tone."]],
  ["voicemail", ["Hi, this is Bob.", "I can't come to the phone right now, please leave me a message."]],
  ["voicemail", ["Your call has been forwarded to an automated voice messaging system."]],
  ["voicemail", ["The person you are calling is not available.", "Please try again later."]],
  ["voicemail", ["The mailbox is full and cannot accept any messages at this time. Goodbye."]],
  ["voicemail", ["You've reached Ann and Tom. We will get back to you as soon as we can."]],
  [
    "voicemail",
    ["At the tone, please record your message. When you have finished recording, you may hang up."],
  ],
  ["ivr", ["Thank you for calling Miller and Sons. For sales, press one. For service, press two."]],
  ["ivr", ["Press 1 to speak to the front desk."]],
  ["ivr", ["Please listen carefully, as our menu options have changed."]],
  ["ivr", ["Thank you for calling the clinic.", "Our office is currently closed."]],
  [
    "screening",
    [
      "Hi, the person you're calling is using a screening service. Please say your name and why you're calling.",
    ],
  ],
  ["screening", ["This call is being screened. Please state your name and the reason for your call."]],
  [
    "screening",
    [
      "Hello, I am the virtual assistant.",
      "What is the reason for your call? I will see if they are available.",
    ],
  ],
];

const PEOPLE: string[][] = [
  ["Hello?", "I'm not available on Thursday."],
  ["Hello?", "Yes, speaking.", "I can't take the call right now, I am driving."],
  ["Who is this?", "What is the reason for your call?"],
  ["Thank you for calling.", "Yes, it is about my roof."],
  ["Which number do I press? You said press nine."],
  ["Hello, Mister Miller here, what can I do for you?"],
  ["My mother is not available. She is at work."],
  ["Please call back later."],
  ["We are on the main road, not at the old address."],
  ["You have reached me at a bad time."],
  ["I will call you back, okay?"],
];

describe("[CL93] who picked up", () => {
  test.each(MACHINES)("a machine (%s): %j", (kind, turns) => {
    expect(judge(turns)).toBe(kind);
  });

  test.each(PEOPLE)("a person: %s %s %s", (...turns) => {
    expect(judge(turns.filter((turn) => typeof turn === "string"))).toBeUndefined();
  });

  test("whoever takes turns is a person, whatever they say afterwards", () => {
    const turns = [
      "Yes, now is fine.",
      "It is the kitchen sink.",
      "If I am out, leave a message after the tone.",
    ];
    expect(judge(turns, true)).toBeUndefined();
    expect(judge(turns, false)).toBe("voicemail");
  });

  test("a monologue with a phrase of machines is one; without it somebody just talks a lot", () => {
    const long = (words: string) => new MachineEar().heard({ words, speechMs: 25_000, answered: false });
    expect(long("You have reached the Millers, we are out and about, have a lovely day")).toBe("voicemail");
    expect(long("So the pipe broke on Monday and then the neighbour came over")).toBeNull();
  });
});

test("[CL94] a talk in turns is told by its transcript", () => {
  const line = (speaker: string, text: string, startMs: number) => ({
    speaker,
    text,
    startMs,
    endMs: startMs + 1000,
  });
  const talk = [
    line("consumer", "Hello?", 0),
    line("agent", "Hello, this is Sam.", 1500),
    line("consumer", "Yes, go on.", 9000),
    line("agent", "What is it about?", 11_000),
    line("consumer", "The roof.", 13_000),
  ];
  expect(whoTalks(talk)).toBe("person");
  expect(whoTalks(talk.slice(0, 3))).toBeNull();
});
