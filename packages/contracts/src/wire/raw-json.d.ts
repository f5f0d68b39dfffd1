/** TC39's JSON source text access, in Node since 21 and not yet in TypeScript's library. */
interface JSON {
  rawJSON(text: string): unknown
}
