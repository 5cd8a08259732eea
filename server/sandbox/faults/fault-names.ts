/** The voice model and the analyst call their faults `refuseUpgrade`; the common interface says `refuse-upgrade`. */
export function kebab(kind: string): string {
  return kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function camel(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
