import { z } from 'zod'

/** A file that the store has whole: what `POST /tasks` calls it, its bytes, and their SHA-256 in hexadecimal. */
export const fileUploadResponse = z
  .object({ upload_id: z.string(), file_name: z.string().optional(), size: z.int(), sha256: z.string() })
  .meta({ id: 'FileUpload' })
export type FileUploadResponse = z.output<typeof fileUploadResponse>
