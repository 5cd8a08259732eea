import { openPhoneLink, type PhoneLink } from "#client/sandbox/phone/phone-link.ts";
import { Player } from "#client/sandbox/phone/player.ts";
import { useStore } from "#client/ui/store.ts";
import { useEffect } from "react";

/** One phone per page, opened with it: a socket and a loudspeaker belong to the page, not to a component. */
const link: PhoneLink = openPhoneLink(`ws://${location.host}/sandbox/phone/socket`);
let player: Player | null = null;

/** Made at the first use, because a browser warns about sound that nobody asked for. */
export function loudspeaker(): Player {
  player ??= new Player();
  return player;
}

/** The phone, and its sound in the loudspeaker while the page is shown. */
export function usePhone() {
  const state = useStore(link.state);
  useEffect(() => link.onSound((samples) => loudspeaker().play(samples)), []);
  return { link, player: loudspeaker, state };
}
