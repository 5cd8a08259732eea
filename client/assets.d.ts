/** Styles are imported for their effect; the bundler takes them out. */
declare module "*.css";

/** A script for a thread of its own; the bundler answers with its address. */
declare module "*?worker&url" {
  const url: string;
  // The bundler's form of such a module.
  // oxlint-disable-next-line import/no-default-export
  export default url;
}
