/** A text as a JSON string. Nearly all need no escape, and cost a look at each of their characters. */
export function quoted(text: string): string {
  if (text.length > lookedAtMax) return JSON.stringify(text)
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < space || code === quote || code === backslash || code >= firstSurrogate) {
      return JSON.stringify(text)
    }
  }
  return `"${text}"`
}

/** Beyond it the built-in one is as fast. */
const lookedAtMax = 100
const space = 0x20
const quote = 0x22
const backslash = 0x5c
const firstSurrogate = 0xd800
