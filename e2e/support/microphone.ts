import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import { speak } from "#server/sandbox/speech/voices.ts";
import type { ClientToServer, ServerToClient } from "#shared/contract/sockets.ts";
import type { Socket } from "socket.io-client";

type AppSocket = Socket<ServerToClient, ClientToServer>;

/** What a page sends at once. */
const PIECE_MS = 100;
const PIECE_BYTES = 5 * MULAW_FRAME_BYTES;
const SILENCE = Buffer.alloc(PIECE_BYTES, MULAW_SILENCE);

/** The microphone of somebody who holds a call: silence at the pace of a clock, and words when they speak, with the words inside. */
export class TestMicrophone {
  readonly #socket: AppSocket;
  readonly #callId: string;
  readonly #pieces: Buffer[] = [];
  readonly #timer: NodeJS.Timeout;
  #utterances = 0;

  constructor(socket: AppSocket, callId: string) {
    this.#socket = socket;
    this.#callId = callId;
    this.#timer = setInterval(
      () => socket.emit("call:mic", callId, this.#pieces.shift() ?? SILENCE),
      PIECE_MS,
    );
  }

  async say(text: string): Promise<void> {
    // What comes before the server knows who speaks is not heard.
    await this.#socket.emitWithAck("call:mic", this.#callId, SILENCE);
    this.#utterances += 1;
    const speech = Buffer.from(await speak(text, "kal", 900 + this.#utterances));
    for (let from = 0; from < speech.length; from += PIECE_BYTES)
      this.#pieces.push(speech.subarray(from, from + PIECE_BYTES));
  }

  close() {
    clearInterval(this.#timer);
  }
}
