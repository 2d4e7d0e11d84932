"""Programs of others that read what we write: calendars (ical.js, libical) and codes (zbar, zxing-cpp)."""
