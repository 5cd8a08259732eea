import type { Appointment } from "#shared/call/events.ts";

/** A line is at most 75 octets long; more continues on the next after a space (RFC 5545, 3.1). */
const PIECE_CHARACTERS = 60;

/** An appointment as an iCalendar file (RFC 5545); `nowMs` is when it was made. */
export function calendarFile(appointment: Appointment, businessName: string, nowMs: number): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Ringside//Appointment//EN",
    "BEGIN:VEVENT",
    `UID:${appointment.appointmentId}`,
    `DTSTAMP:${instant(nowMs)}`,
    `DTSTART:${instant(Date.parse(appointment.startsAt))}`,
    `DTEND:${instant(Date.parse(appointment.endsAt))}`,
    `SUMMARY:${escaped(`Appointment with ${businessName}`)}`,
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

/** "20261208T140000Z" */
const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;

const escaped = (text: string): string =>
  text.replaceAll(/[\\;,]/g, (found) => `\\${found}`).replaceAll(/\s+/g, " ");

function folded(line: string): string {
  const characters = [...line];
  const pieces: string[] = [];
  for (let from = 0; from < characters.length; from += PIECE_CHARACTERS) {
    pieces.push(characters.slice(from, from + PIECE_CHARACTERS).join(""));
  }
  return pieces.join("\r\n ");
}
