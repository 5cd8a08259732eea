import type { Chapter, Screen } from "#e2e/screenshots/screens.ts";

const pictureOf = ({ name, caption }: Screen, scheme: string, size: string, width: number) =>
  `<img src="${name}-${scheme}-${size}.webp" width="${width}" alt="${caption}, ${scheme}, ${size}">`;

function rowOf(screen: Screen): string {
  const pictures = (["light", "dark"] as const).flatMap((scheme) => [
    pictureOf(screen, scheme, "desktop", 320),
    pictureOf(screen, scheme, "phone", 92),
  ]);
  return `### ${screen.caption}\n\n${pictures.join("\n")}\n`;
}

/** `docs/README.md`: every picture, a chapter at a time. */
export function galleryOf(chapters: readonly Chapter[]): string {
  const parts = chapters.map(({ title, screens }) => `## ${title}\n\n${screens.map(rowOf).join("\n")}`);
  return `# Screens

Every screen of the running product, light and dark, at 1440 × 900 and 390 × 844 pixels. \`npm run screenshots\` takes the pictures and
writes this page.

${parts.join("\n")}`;
}
