import multipart from '@fastify/multipart'
import type { FastifyInstance } from 'fastify'

/** Requests may bring a file, as multipart/form-data; the one operation that takes them reads it as a stream. */
export async function takeFiles(app: FastifyInstance): Promise<void> {
  // Two parts, so that the second can be refused by its name; each as a stream, so that it is once it begins.
  const limits = { files: 2, fields: 0, parts: 2, headerPairs: 20 }
  await app.register(multipart, { limits, isPartAFile: () => true, throwFileSizeLimit: false })
}
