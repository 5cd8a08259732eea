import { durationSeconds, isOver, restStatus } from "#server/sandbox/phone/call-state.ts";
import type { CallEntry } from "#server/sandbox/phone/registry.ts";
import { rfc2822 } from "#server/sandbox/phone/sids.ts";

const DOLLARS_PER_MINUTE = 0.014;
const SUBRESOURCES =
  `notifications recordings payments events siprec streams transcriptions user_defined_messages
  user_defined_message_subscriptions`.split(/\s+/);

function formatted(e164: string): string {
  const digits = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return digits ? `(${digits[1]}) ${digits[2]}-${digits[3]}` : e164;
}

function pascal(snake: string): string {
  return snake.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The Call resource of REST as it was at `atMs`.
 * @param priceAfterMs how long after the end the price becomes known
 */
export function callResource(
  entry: CallEntry,
  accountSid: string,
  atMs: number,
  priceAfterMs: number,
): unknown {
  const { leg, call } = entry;
  const { state, atMs: updatedAtMs } = leg.stateAt(atMs);
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${leg.sid}`;
  const answeredAtMs = "answeredAtMs" in state ? state.answeredAtMs : null;
  const completed = state.phase === "completed" ? state : null;
  const seconds = completed ? durationSeconds(completed) : 0;
  const rated = completed !== null && atMs >= completed.endedAtMs + priceAfterMs;
  return {
    sid: leg.sid,
    date_created: rfc2822(leg.createdAtMs),
    date_updated: rfc2822(updatedAtMs),
    parent_call_sid: leg.options.parentSid,
    account_sid: accountSid,
    to: leg.options.to,
    to_formatted: formatted(leg.options.to),
    from: leg.options.from,
    from_formatted: formatted(leg.options.from),
    phone_number_sid: `PN${accountSid.slice(2)}`,
    status: restStatus(state),
    start_time: answeredAtMs === null ? null : rfc2822(answeredAtMs),
    end_time: isOver(state) ? rfc2822(state.endedAtMs) : null,
    duration: completed ? String(seconds) : null,
    price: rated ? (-DOLLARS_PER_MINUTE * Math.ceil(seconds / 60)).toFixed(5) : null,
    price_unit: "USD",
    direction: leg.options.direction,
    answered_by: call?.answeredBy ?? null,
    api_version: "2010-04-01",
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: "0",
    trunk_sid: null,
    uri: `${uri}.json`,
    subresource_uris: Object.fromEntries(SUBRESOURCES.map((name) => [name, `${uri}/${pascal(name)}.json`])),
  };
}
