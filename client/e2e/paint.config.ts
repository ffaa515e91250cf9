import { defineConfig } from '@playwright/test';
import config from './playwright.config.ts';

// Measures how fast the page answers a key: npx playwright test -c e2e/paint.config.ts
export default defineConfig(config, { testMatch: 'paint.ts', timeout: 900_000 });
