/** Reads from an app's row in whose name pages speak, and how they look. */

import type { StoredBrand, StoredLogo } from "../db/app-schema";
import { parseObject } from "./settings";
import { unreadableBrand } from "./unreadable";

/** The brand of an app. Null stands for what was never set. */
export interface Brand {
  displayName: string | null;
  accentColor: string | null;
  supportUrl: string | null;
  logo: { mediaType: StoredLogo["mediaType"]; path: string } | null;
}

/** The app in whose name a page speaks. */
export interface Speaker {
  name: string;
  issuer: string;
  brand: Brand;
}

/** Reads the brand. Throws UnreadableData. */
export function readBrand(appId: string, json: string): Brand {
  const stored: StoredBrand | null = parseObject(json);
  if (!stored) throw unreadableBrand(appId);
  const { displayName = null, accentColor = null, supportUrl = null, logo } = stored;
  return {
    displayName,
    accentColor,
    supportUrl,
    logo: logo ? { mediaType: logo.mediaType, path: `/logos/${appId}/${logo.tag}` } : null,
  };
}

/** The app as its pages call it: by its display name, if it has one. Throws UnreadableData. */
export function speakerOf(app: {
  id: string;
  name: string;
  issuer: string;
  brand: string;
}): Speaker {
  const brand = readBrand(app.id, app.brand);
  const { name, issuer } = app;
  return { name: brand.displayName ?? name, issuer: brand.displayName ?? issuer, brand };
}
