import type { AnswerInstruction } from "#server/telephony/telephony.ts";
import {
  mediaUrl,
  retriedWebhookUrl,
  type TwilioAccount,
  webhookUrl,
} from "#server/telephony/twilio/twilio-urls.ts";
import twilio from "twilio";

/** The TwiML document of an instruction. Each one ends with Hangup: nobody is left on a silent open line. */
export function twimlOf(account: TwilioAccount, attemptId: string, instruction: AnswerInstruction): string {
  const response = new twilio.twiml.VoiceResponse();
  switch (instruction.kind) {
    case "connect":
      connect(response, account, attemptId, instruction.token);
      break;
    case "sayAndHangUp":
      response.say(instruction.text);
      break;
    case "transfer":
      response
        .dial({
          action: retriedWebhookUrl(account.publicUrl, "dial-ended", attemptId),
          method: "POST",
          callerId: instruction.from,
          timeout: instruction.ringTimeoutSeconds,
          answerOnBridge: true,
        })
        .number(instruction.to);
      break;
    case "hangUp":
      break;
  }
  response.hangup();
  return response.toString();
}

function connect(
  response: twilio.twiml.VoiceResponse,
  account: TwilioAccount,
  attemptId: string,
  token: string,
): void {
  const stream = response
    .connect({ action: retriedWebhookUrl(account.publicUrl, "stream-ended", attemptId), method: "POST" })
    .stream({
      url: mediaUrl(account.nodePublicUrl, attemptId, token),
      name: attemptId,
      statusCallback: webhookUrl(account.publicUrl, "stream-status", attemptId),
      statusCallbackMethod: "POST",
    });
  stream.parameter({ name: "attemptId", value: attemptId });
}
