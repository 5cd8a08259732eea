import { type CalleeScript, person } from "#server/sandbox/callees/script.ts";

const READY =
  "good time|right time|do you have (?:a|a few) (?:moment|minute)|can (?:we|you) talk|talk now|speak now";
const RECORDING = "record(?:ed|ing)";
const IDENTITY = "am i speaking (?:with|to)|is this (?:mr|mrs|ms|the person)|are you the (?:owner|person)";
const ROBOT = "are you still there|can you hear me";
const WHEN = "when|what day|which day|what time|time works|day works|schedule|appointment|slot|availab|visit";
const CONFIRM =
  "does that (?:work|suit)|is that (?:right|correct|okay)|shall i book|should i book|confirm|sound good";
const HOW_LONG = "how long|since when|when did (?:it|this) (?:start|begin)";
const POSTCODE = "post ?code|zip";
const ADDRESS = "address|where (?:is|are|do)|location|which street";
const BUDGET = "budget|spend|price range|how much (?:would|do|are) you";
const PROBLEM =
  "what (?:is|seems|happened|exactly|kind|do you need|you need)|describe|tell me|more about|details|the problem";
const OWNER = "own (?:the|your)|rent(?:ing)?|landlord|tenant|homeowner";
const URGENT = "urgent|urgency|emergency|how soon";
const ELSE = "anything else|other questions|any questions|something else";

/** Three people who are glad about the call: a leak, a boiler, a fuse box. */
export const PLEASANT: CalleeScript = person({
  voice: "rms",
  answers: [
    { about: READY, say: "Yes, now is a good time. I was hoping somebody would call." },
    { about: RECORDING, say: "Yes, you may record this call." },
    { about: IDENTITY, say: "Yes, that is me speaking." },
    { about: ROBOT, say: "Yes, I can hear you well." },
    { about: CONFIRM, say: "Yes, that works for me. Please book it." },
    { about: HOW_LONG, say: "It started about three days ago, and it is getting worse." },
    { about: WHEN, say: "Thursday morning would suit me best, any time after nine." },
    { about: POSTCODE, say: "The zip code is nine four one one oh." },
    { about: ADDRESS, say: "It is twelve Oak Street, the white house on the corner." },
    { about: BUDGET, say: "I would like to stay under four hundred dollars." },
    { about: OWNER, say: "I own the house." },
    { about: URGENT, say: "This week would be good. It is not an emergency yet." },
    { about: ELSE, say: "No, that is all. You have been very helpful." },
    { about: PROBLEM, say: "The pipe under my kitchen sink is leaking, and the cabinet is getting wet." },
  ],
  lines: [
    "The pipe under my kitchen sink is leaking. I put a bucket under it.",
    "Okay, that sounds good to me.",
    "Could somebody come and look at it this week?",
    "All right, I understand.",
  ],
});

export const PLEASANT_BOILER: CalleeScript = person({
  voice: "awb",
  afterRingMs: 3200,
  pauseMs: 850,
  hello: "Hello, who is this?",
  answers: [
    { about: READY, say: "Yes, go ahead, I have a few minutes." },
    { about: RECORDING, say: "That is fine with me." },
    { about: IDENTITY, say: "Speaking." },
    { about: ROBOT, say: "Yes, I am here." },
    { about: CONFIRM, say: "Perfect, let us do that." },
    { about: HOW_LONG, say: "Since the weekend. On Saturday night it simply went cold." },
    { about: WHEN, say: "Tomorrow afternoon, if you can. I am home from two o'clock." },
    { about: POSTCODE, say: "The zip code is six oh six one four." },
    { about: ADDRESS, say: "Forty two Maple Avenue, second floor." },
    { about: BUDGET, say: "I do not mind paying a little more if it is done properly." },
    { about: OWNER, say: "I rent it, but my landlord agreed that I arrange the repair." },
    { about: URGENT, say: "Quite urgent. We have had no hot water for three days." },
    { about: ELSE, say: "No, nothing else, thank you." },
    { about: PROBLEM, say: "My boiler does not start any more. It clicks, and then nothing happens." },
  ],
  lines: [
    "It is about my boiler. There is no hot water in the whole apartment.",
    "Yes, exactly.",
    "What would a visit cost me?",
    "Good to know.",
  ],
  goodbye: "Thanks a lot for your help. Goodbye.",
});

export const PLEASANT_FUSES: CalleeScript = person({
  voice: "kal",
  afterRingMs: 1800,
  pauseMs: 650,
  hello: "Hello, good day.",
  answers: [
    { about: READY, say: "Of course. I am free now." },
    { about: RECORDING, say: "Yes, I agree to the recording." },
    { about: IDENTITY, say: "Yes, you have the right person." },
    { about: ROBOT, say: "I hear you." },
    { about: CONFIRM, say: "Yes, please put me down for that." },
    { about: HOW_LONG, say: "For about two weeks now, mostly in the evening." },
    { about: WHEN, say: "Monday at ten in the morning would be ideal." },
    { about: POSTCODE, say: "My zip code is seven eight seven oh four." },
    { about: ADDRESS, say: "Number seven, River Road." },
    { about: BUDGET, say: "Around two hundred and fifty dollars." },
    { about: OWNER, say: "It is my own home." },
    { about: URGENT, say: "It can wait until next week." },
    { about: ELSE, say: "No, that covers it." },
    { about: PROBLEM, say: "The fuse for the kitchen trips whenever I use the oven." },
  ],
  lines: [
    "The fuse in my kitchen trips again and again.",
    "I see. That makes sense.",
    "Is the electrician licensed?",
    "Very good.",
  ],
  goodbye: "Thank you very much. Goodbye.",
});
