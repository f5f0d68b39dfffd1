import multipart from '@fastify/multipart'
import type { FastifyInstance } from 'fastify'

/** Requests may bring a file, as multipart/form-data; the one operation that takes them reads it as a stream. */
export async function takeFiles(app: FastifyInstance): Promise<void> {
  await app.register(multipart, { limits: { files: 1, fields: 0, parts: 1, headerPairs: 20 } })
}
