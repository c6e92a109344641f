/** Users, as the operator finds them. */

import { admin } from "../../service";

export interface Summary {
  id: string;
  userId: string;
}

export async function find(query: string): Promise<Summary[]> {
  const response = await admin("GET", `/users?query=${encodeURIComponent(query)}`);
  return (await response.json<{ items: Summary[] }>()).items;
}

export async function idOf(userId: string): Promise<string> {
  const [found] = await find(userId);
  return found?.id ?? "";
}
