import { calendarFile } from "#client/consumer/calendar-file.ts";
import { expect, test } from "vitest";

const APPOINTMENT = {
  appointmentId: "apt_1",
  startsAt: "2026-12-09T08:00:00-05:00",
  endsAt: "2026-12-09T10:00:00-05:00",
  timeZone: "America/New_York",
};

test("an appointment becomes an event in universal time", () => {
  const lines = calendarFile(APPOINTMENT, "Acme Roofing", Date.parse("2026-12-01T09:30:00Z")).split("\r\n");
  expect(lines).toContain("DTSTAMP:20261201T093000Z");
  expect(lines).toContain("DTSTART:20261209T130000Z");
  expect(lines).toContain("DTEND:20261209T150000Z");
  expect(lines).toContain("SUMMARY:Appointment with Acme Roofing");
  expect(lines.slice(-2)).toEqual(["END:VCALENDAR", ""]);
});

test("a name with signs of the format stays one text, and long lines are folded", () => {
  const name = `Brown, Blue; Sons\\Daughters\n${"and more ".repeat(6)}`;
  const file = calendarFile(APPOINTMENT, name, 0);
  for (const line of file.split("\r\n")) expect(line.length).toBeLessThanOrEqual(75);
  expect(file.replaceAll("\r\n ", "")).toContain(
    `SUMMARY:Appointment with Brown\\, Blue\\; Sons\\\\Daughters ${"and more ".repeat(6)}\r\n`,
  );
});
