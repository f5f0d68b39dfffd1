import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { parseExactJson } from '@flexprice/contracts/wire'
import { usageFailure } from './command-failure.ts'

/** The largest body that the gateway takes. */
const bytesMax = 32 * 1024 * 1024

/** Reads a request's body from a file, or with `-` from standard input; its numbers keep their digits. */
export async function readJsonInput(path: string, stdin: AsyncIterable<unknown>): Promise<object> {
  const source = path === '-' ? 'standard input' : path
  const content = await read(path, stdin).catch((error: unknown) => {
    throw usageFailure(`${source} cannot be read: ${error instanceof Error ? error.message : error}`)
  })
  if (Buffer.byteLength(content) > bytesMax) throw usageFailure(`${source} is larger than 32 MiB`)
  const value = parse(source, content)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw usageFailure(`${source} must hold a JSON object, such as {"customer_id": "…"}`)
}

function read(path: string, stdin: AsyncIterable<unknown>): Promise<string> {
  return path === '-' ? text(chunksOf(stdin)) : readFile(path, 'utf8')
}

async function* chunksOf(stdin: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const chunk of stdin) yield String(chunk)
}

function parse(source: string, content: string): unknown {
  try {
    return parseExactJson(content)
  } catch (error) {
    throw usageFailure(
      `${source} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
