/** The only place that reads the environment: secrets and addresses, which never stand in a configuration or a run folder. */

/** How to reach the Hugging Face Hub. */
export interface HubAccess {
  /** HF_TOKEN, for gated and private models. */
  accessToken?: string;
  /** HF_ENDPOINT, a mirror. */
  hubUrl?: string;
}

export function hubAccess(env: NodeJS.ProcessEnv = process.env): HubAccess {
  const { HF_TOKEN: accessToken, HF_ENDPOINT: hubUrl } = env;
  return { ...(accessToken && { accessToken }), ...(hubUrl && { hubUrl }) };
}
