import { operations } from '@flexprice/contracts/operations'

/**
 * Tells the bodies that bring a file: they are read as they come, so that no schema of a route validates them.
 */
export function withFiles<Document extends object>(document: Document): Document {
  if (!('paths' in document) || !isRecord(document.paths)) return document
  const paths = { ...document.paths }
  for (const { path, method, takesFile } of operations) {
    const place = `/v1${path}`
    const item = paths[place]
    const name = method.toLowerCase()
    if (!takesFile || !isRecord(item) || !isRecord(item[name])) continue
    paths[place] = { ...item, [name]: { ...item[name], requestBody: fileBody } }
  }
  return { ...document, paths }
}

const fileBody = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['file'],
        properties: {
          file: {
            type: 'string',
            contentMediaType: 'application/octet-stream',
            description: 'The one part, with its file name',
          },
        },
      },
    },
  },
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
