export function ConsolePage() {
  return <main className="p-4" />;
}
