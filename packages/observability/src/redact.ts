/**
 * A finished log line without secrets and personal data. It works on the line and not on the logged
 * object, so that nothing gets past it: bindings of child loggers, error messages, stacks, any depth.
 */
export function redactLine(line: string): string {
  if (!mayBePrivate(line)) return line
  try {
    return `${JSON.stringify(redactValue(JSON.parse(line)))}\n`
  } catch {
    // A line that is not JSON is still cleaned as text: logging must not fail, nor leak.
    return redactText(line)
  }
}

/** Text without credentials in URLs, bearer tokens and e-mail addresses. */
export function redactText(text: string): string {
  return text
    .replace(urlCredentials, `$<scheme>${mask}@`)
    .replace(bearerToken, `Bearer ${mask}`)
    .replace(emailAddress, mask)
}

const mask = '[redacted]'

/** Ends of field names, compared in lower case and without `-` and `_`: `temporal_api_key` is one too. */
const privateNames = [
  'authorization',
  'cookie',
  'apikey',
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'privatekey',
  'credential',
  'credentials',
  'databaseurl',
  'databaseownerurl',
  'redisurl',
  'connectionstring',
  'email',
  'phone',
  'phonenumber',
  'addressline1',
  'addressline2',
  'customername',
  'taxid',
  'cardnumber',
  'iban',
]

// Quantifiers are bounded, so that a long line costs its length and not the square of it.
const urlCredentials = /(?<scheme>\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/"']{1,512}@/gi
const bearerToken = /\bBearer\s{1,4}[\w.~+/=-]{4,4096}/gi
const emailAddress = /[\w.+-]{1,64}(?:@|%40)(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}/gi

const privateName = new RegExp(`(?:${privateNames.join('|')})$`)
/** Cheap look at the whole line: most lines have nothing to hide and are not parsed. */
const hint = new RegExp(
  `@[a-z0-9"']|%40|bearer|${privateNames.map((name) => [...name].join('[-_]?')).join('|')}`,
  'i',
)

function mayBePrivate(line: string): boolean {
  // The `@timestamp` of every line is no hint.
  return hint.test(line.replace('"@timestamp"', ''))
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value)
  if (Array.isArray(value)) return value.map(redactValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      isPrivateName(name) && field !== null ? mask : redactValue(field),
    ]),
  )
}

function isPrivateName(name: string): boolean {
  return privateName.test(name.toLowerCase().replace(/[-_]/g, ''))
}
