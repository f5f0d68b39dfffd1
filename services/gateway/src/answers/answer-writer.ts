import { instant } from '@flexprice/contracts/wire'
import { instantText } from '@flexprice/domain/time'
import { z } from 'zod'
import { quoted } from './json-text.ts'

/** A value as JSON, if it is what its schema says; undefined where it is not. */
export type Write = (value: unknown) => string | undefined

/**
 * The writer of a schema, made once: a function whose text is made of the schema, as Fastify's own serializers and the
 * library's parsers are, so that V8 knows each field by its place. The text has nothing of any request in it.
 */
export function writerOf(schema: z.core.$ZodType): Write {
  const known = writers.get(schema)
  if (known !== undefined) return known
  const write = newWriter(schema)
  writers.set(schema, write)
  return write
}

const writers = new WeakMap<z.core.$ZodType, Write>()

function newWriter(schema: z.core.$ZodType): Write {
  if (hasChecks(schema)) return libraryWriter(schema)
  if (schema instanceof z.ZodObject) return objectWriter(schema)
  if (schema instanceof z.ZodArray) return arrayWriter(writerOf(schema.def.element))
  if (schema instanceof z.ZodRecord) return recordWriter(schema)
  if (schema instanceof z.ZodNullable) {
    const inner = writerOf(schema.def.innerType)
    return (value) => (value === null ? 'null' : inner(value))
  }
  if (schema instanceof z.ZodEnum) return choiceWriter(Object.values(schema.def.entries))
  if (schema instanceof z.ZodLiteral) return choiceWriter(schema.def.values)
  if (schema instanceof z.ZodString) return (value) => (typeof value === 'string' ? quoted(value) : undefined)
  if (schema instanceof z.ZodNumberFormat && schema._zod.def.format === 'safeint') return integer
  if (schema instanceof z.ZodNumber && !(schema instanceof z.ZodNumberFormat)) return number
  if (schema instanceof z.ZodBoolean) return boolean
  if (schema instanceof z.ZodUnknown) return (value) => JSON.stringify(value)
  if (schema instanceof z.ZodCodec && schema.def.reverseTransform === instant.def.reverseTransform) {
    return instantJson
  }
  return libraryWriter(schema)
}

function instantJson(value: unknown): string | undefined {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? `"${instantText(value)}"` : undefined
}

/** Of a kind that is written by nobody else, or has checks of its own. */
function libraryWriter(schema: z.core.$ZodType): Write {
  return (value) => {
    const encoded = z.safeEncode(schema, value)
    return encoded.success ? JSON.stringify(encoded.data) : undefined
  }
}

const integer: Write = (value) => (Number.isSafeInteger(value) ? JSON.stringify(value) : undefined)
const number: Write = (value) => (Number.isFinite(value) ? JSON.stringify(value) : undefined)
const boolean: Write = (value) => (typeof value === 'boolean' ? JSON.stringify(value) : undefined)

function choiceWriter(values: readonly unknown[]): Write {
  const texts = new Map(values.map((value) => [value, JSON.stringify(value)]))
  return (value) => texts.get(value)
}

function arrayWriter(element: Write): Write {
  return (value) => {
    if (!Array.isArray(value)) return undefined
    let text = ''
    for (let index = 0; index < value.length; index++) {
      const one = element(value[index])
      if (one === undefined) return undefined
      text += index === 0 ? one : `,${one}`
    }
    return `[${text}]`
  }
}

function recordWriter(record: z.ZodRecord): Write {
  const { def } = record
  if (!(def.keyType instanceof z.ZodString) || hasChecks(def.keyType)) return libraryWriter(record)
  const inner = writerOf(def.valueType)
  return (value) => {
    if (!isPlain(value)) return undefined
    let text = ''
    for (const [name, one] of Object.entries(value)) {
      const written = name === '__proto__' ? undefined : inner(one)
      if (written === undefined) return undefined
      text += `${text === '' ? '' : ','}${quoted(name)}:${written}`
    }
    return `{${text}}`
  }
}

/**
 * The fields in the schema's order. What is not among them is left out; of an object whose schema keeps or refuses such
 * it is the library's.
 */
function objectWriter(object: z.ZodObject): Write {
  const { def } = object
  if (def.catchall !== undefined) return libraryWriter(object)
  const inner: Write[] = []
  const lines = Object.entries(def.shape).map(([name, schema]) => {
    const isOptional = schema instanceof z.ZodOptional && !hasChecks(schema)
    inner.push(writerOf(isOptional ? schema.def.innerType : schema))
    const head = JSON.stringify(`,${JSON.stringify(name)}:`)
    return `field = value[${JSON.stringify(name)}]
      if (field !== undefined) {
        written = inner${inner.length - 1}(field)
        if (written === undefined) return undefined
        text += ${head} + written
      }${isOptional ? '' : ' else return undefined'}`
  })
  const body = `return (value) => {
    if (!isPlain(value)) return undefined
    let text = '', field, written
    ${lines.join('\n')}
    return '{' + text.slice(1) + '}'
  }`
  const names = inner.map((_, index) => `inner${index}`)
  return new Function('isPlain', ...names, body)(isPlain, ...inner)
}

/** Made by a literal, or by `JSON.parse`: what it has is its own. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function hasChecks(schema: z.core.$ZodType): boolean {
  return (schema._zod.def.checks ?? []).length > 0
}
