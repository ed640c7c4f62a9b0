import type { Result } from "../base/result.ts";
import type { Upload, Uploading } from "../base/upload.ts";

/** Sends a file to where the configuration says; each way is loaded when it is used. */
export async function upload(to: Upload, archive: Uploading): Promise<Result<null>> {
  if (to.by === "https") {
    const { uploadByHttps } = await import("./upload-https.ts");
    return await uploadByHttps(to, archive);
  }
  const { uploadBySftp } = await import("./upload-sftp.ts");
  return await uploadBySftp(to, archive);
}
