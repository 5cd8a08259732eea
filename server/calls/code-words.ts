import { randomInt } from "node:crypto";

/** Easy to say, to hear and to spell, and nothing that could offend in any pair. */
const WORDS: readonly string[] = `
acorn amber anchor apple apron arrow aspen autumn bacon badge bagel baker balloon bamboo banjo
barley barn basil basket beach beacon beaver berry birch biscuit blanket blossom blue boat bonnet
book border bottle bowl branch brass bread breeze brick bridge bright brook broom brown bubble
bucket butter button cabin cactus camel camera canal candle candy canoe canvas caramel carpet carrot
castle cedar cello chalk cherry chestnut circle citrus clay clear cliff clock clover coast cobalt
coconut comet cookie copper coral corner cotton cousin cradle crane crater cricket crystal cup
curtain daisy dance dawn desert diamond dolphin donkey dove dragon dream eagle early east echo elbow
elder elm ember emerald engine evening falcon farm feather fern fiddle field finch flag flame flute
forest fountain fox garden garlic gentle ginger glacier globe golden goose grain granite grape grass
green guitar hammer harbor harvest hazel heather heron hickory hill honey horizon hotel island ivory
ivy jacket jasmine jelly jewel jungle kettle kitten ladder lagoon lake lantern laurel lavender leaf
lemon lilac lily linen lion little lobster lotus lunar magnet mango maple marble meadow melody melon
mint mirror monkey moon morning mountain mustard napkin narrow needle nickel noble north notebook
nutmeg oak oasis oatmeal ocean olive onion opal orange orchard orchid otter oyster paddle painter
panda paper parade parrot peach peanut pearl pebble pelican pencil penguin pepper piano picnic
pillow pine planet plum pocket pond poppy potato pretzel prairie puddle pumpkin purple puzzle
quarter quiet quilt rabbit radio rainbow raven ribbon river robin rocket rose ruby saddle saffron
salmon sandal sapphire scarlet season shadow shell shepherd silver simple singer sky sparrow spice
spoon spring spruce squirrel star steady stone storm sugar summer sunny sunset swan table teapot
thunder tiger timber toast tomato tower tractor trumpet tulip tunnel turtle valley vanilla velvet
village violet violin walnut water wheat whistle willow window winter wonder yellow zebra
`
  .trim()
  .split(/\s+/);

/**
 * Two different words, like "maple river": the page of the call shows them, and the agent says them first, so that the person knows whose call it is
 * [CL256]. `pick(n)` is a whole number from 0 to n - 1.
 */
export function newCodeWords(pick: (below: number) => number = randomInt): string {
  const first = pick(WORDS.length);
  const second = (first + 1 + pick(WORDS.length - 1)) % WORDS.length;
  return `${WORDS[first]} ${WORDS[second]}`;
}
