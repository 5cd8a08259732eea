/** What goes wrong with a media stream, under Twilio's error codes. */
export const STREAM_ERRORS = {
  31_901: "Stream - WebSocket - Connection Timeout",
  31_902: "Stream - WebSocket - Connection Refused",
  31_903: "Stream - WebSocket - Connection Broken Pipe",
  31_904: "Stream - WebSocket - Connection Unreachable",
  31_910: "Stream - WebSocket - SSL Protocol Error",
  31_920: "Stream - WebSocket - Handshake Error",
  31_921: "Stream - WebSocket - Close Error",
  31_922: "Stream - WebSocket - Invalid Protocol",
  31_923: "Stream - WebSocket - Invalid URL",
  31_924: "Stream - WebSocket - Protocol Error",
  31_931: "Stream - Media - Buffer Overflow",
  31_941: "Stream - Invalid Track Configuration",
  31_950: "Stream - Protocol - Unexpected Binary Frame",
  31_951: "Stream - Protocol - Invalid Message",
} as const;

export type StreamErrorCode = keyof typeof STREAM_ERRORS;

/** The code for an error event of the socket. */
export function streamErrorCode(error: NodeJS.ErrnoException): StreamErrorCode {
  const code = error.code ?? "";
  if (code === "ECONNREFUSED") return 31_902;
  if (code === "EPIPE" || code === "ECONNRESET") return 31_903;
  if (["ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"].includes(code)) return 31_904;
  if (code.startsWith("ERR_TLS") || code.startsWith("ERR_SSL") || code.startsWith("CERT_")) return 31_910;
  if (code.startsWith("WS_ERR")) return 31_924;
  if (code === "ETIMEDOUT" || error.message.includes("timed out")) return 31_901;
  return 31_920;
}
