/**
 * Word that something outside may have changed: `link:eth0`, `unit:nginx.service`,
 * `pressure:memory`. A
 * source only says where to look; what it means is told by the probe that is then run at once.
 */
export interface News {
  /** Exactly these sources are listened to from now on. What cannot be listened to is polled only. */
  watch(sources: ReadonlySet<string>): void;
  /** One listener; called with the source. */
  onNews(listener: (source: string) => void): void;
  close(): void;
}
