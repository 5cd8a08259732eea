import fc from "fast-check";
import { expect, test } from "vitest";
import twilio from "twilio";
import { parseTwiml } from "#server/sandbox/phone/twiml.ts";
import { TwimlError } from "#server/sandbox/phone/twiml-verbs.ts";
import { parseXml, textOf } from "#server/sandbox/phone/xml.ts";

const wrap = (verbs: string) =>
  parseTwiml(`<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`);

test("[SB30] reads what the SDK writes for an AI call", () => {
  const response = new twilio.twiml.VoiceResponse();
  const connect = response.connect({ action: "https://pub.test/ended/1", method: "POST" });
  const stream = connect.stream({
    url: "wss://pub.test/media/1/token",
    name: "one",
    statusCallback: "https://pub.test/stream/1",
  });
  stream.parameter({ name: "attemptId", value: "<1> & 'more'" });
  response.hangup();
  expect(parseTwiml(response.toString())).toEqual({
    warnings: [],
    verbs: [
      {
        verb: "Connect",
        action: { url: "https://pub.test/ended/1", method: "POST" },
        stream: {
          url: "wss://pub.test/media/1/token",
          name: "one",
          track: "inbound_track",
          statusCallback: { url: "https://pub.test/stream/1", method: "POST" },
          parameters: { attemptId: "<1> & 'more'" },
        },
      },
      { verb: "Hangup" },
    ],
  });
});

test("[SB30] reads the other verbs, and their defaults", () => {
  const { verbs, warnings } = wrap(
    `<Say voice="Polly.Amy">One &amp; <prosody rate="slow">two</prosody></Say><Pause/><Pause length="40"/>
     <Play digits="ww12#"/><Redirect method="GET">/next</Redirect><Reject reason="busy"/>
     <Dial timeout="20" callerId="+15550001111"><Number statusCallbackEvent="ringing answered">+15550002222</Number></Dial>
     <Dial>+15550003333</Dial>`,
  );
  const number = { statusCallback: null, whisper: null };
  expect(warnings).toEqual([]);
  expect(verbs).toEqual([
    { verb: "Say", text: "One & two", loop: 1 },
    { verb: "Pause", lengthMs: 1000 },
    { verb: "Pause", lengthMs: 40_000 },
    { verb: "Play", digits: "ww12#" },
    { verb: "Redirect", link: { url: "/next", method: "GET" } },
    { verb: "Reject", reason: "busy" },
    {
      verb: "Dial",
      action: null,
      timeoutMs: 20_000,
      callerId: "+15550001111",
      number: { ...number, to: "+15550002222", events: ["ringing", "answered"] },
    },
    {
      verb: "Dial",
      action: null,
      timeoutMs: 30_000,
      callerId: null,
      number: { ...number, to: "+15550003333", events: ["completed"] },
    },
  ]);
});

test.each([
  ["an unknown verb", "<Sing>la</Sing><Hangup/>"],
  ["a verb in the wrong case", "<say>la</say><Hangup/>"],
  ["an unknown attribute", '<Hangup now="yes"/>'],
  ["a Connect with two streams", '<Connect><Stream url="a"/><Stream url="b"/></Connect><Hangup/>'],
])("[SB30] %s is a warning and the rest runs", (_, verbs) => {
  const document = wrap(verbs);
  expect(document.warnings).toHaveLength(1);
  expect(document.verbs).toEqual([{ verb: "Hangup" }]);
});

test("[SB30] a Parameter of 500 characters or more is left out", () => {
  const { verbs, warnings } = wrap(
    `<Connect><Stream url="wss://h/x"><Parameter name="a" value="${"b".repeat(499)}"/>
     <Parameter name="c" value="d"/></Stream></Connect>`,
  );
  expect(warnings).toHaveLength(1);
  expect(verbs[0]).toMatchObject({ stream: { parameters: { c: "d" } } });
});

test.each([
  ["no XML", "Hello"],
  ["nothing", ""],
  ["an unclosed element", "<Response><Say>Hi</Response>"],
  ["a document type", "<!DOCTYPE x><Response/>"],
  ["an unknown entity", "<Response><Say>&nbsp;</Say></Response>"],
  ["a bare ampersand", "<Response><Say>you & me</Say></Response>"],
  ["an unquoted attribute", "<Response><Pause length=1/></Response>"],
  ["attributes run together", '<Response><Say voice="a"loop="1">x</Say></Response>'],
  ["a repeated attribute", '<Response><Pause length="1" length="2"/></Response>'],
  ["two documents", "<Response/><Response/>"],
  ["another root", "<response/>"],
  ["endless nesting", "<a>".repeat(100_000)],
])("[SB30] %s is refused", (_, source) => {
  expect(() => parseTwiml(source)).toThrow(TwimlError);
});

test("[SB30] any text survives escaping, comments and CDATA", () => {
  const escape = (text: string) =>
    text.replace(/[<>&"']/g, (character) => `&#${character.codePointAt(0)};`).replaceAll("\r", "&#13;");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const source = `<a b="${escape(text)}"><!-- <x> -->${escape(text)}<![CDATA[ <raw> ]]></a>`;
      const element = parseXml(source);
      expect(element.attributes.get("b")).toBe(text);
      expect(textOf(element)).toBe(`${text} <raw>`.replace(/\s+/g, " ").trim());
    }),
  );
});

test("[SB30] garbage never throws anything but its own error", () => {
  const piece = fc.constantFrom(
    "<",
    ">",
    "/",
    "Response",
    "Say",
    " ",
    "=",
    '"',
    "&",
    ";",
    "a",
    "<!--",
    "-->",
    "<?",
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      try {
        parseTwiml(pieces.join(""));
      } catch (error) {
        expect(error).toBeInstanceOf(TwimlError);
      }
    }),
    { numRuns: 1000 },
  );
});
