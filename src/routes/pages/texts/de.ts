/** Was die Seiten auf Deutsch sagen. */

import type { Texts } from "./en";

/** With soft hyphens: in a heading it is wider than a small phone, and not every browser knows German syllables. */
const AUTHENTICATOR_APP = "Authen\u00ADtifi\u00ADzierungs-App";
const TWO_FACTOR = "Zwei-Faktor-Authen\u00ADtifi\u00ADzierung";

export const de: Texts = {
  language: "Deutsch",
  skip: "Zum Inhalt",
  languages: "Sprache",
  support: "Hilfe",
  error: "Fehler",
  faults: "Da stimmt etwas nicht",
  cancel: "Abbrechen",
  next: "Weiter",
  copy: "Kopieren",
  copied: "Kopiert",

  fields: {
    email: "Geben Sie eine E-Mail-Adresse ein, zum Beispiel ada@example.com.",
    "email.local_part":
      "Vor dem @ nimmt dieser Dienst nur Buchstaben ohne Umlaute und Akzente, Ziffern und die üblichen Zeichen. Geben Sie eine andere Adresse ein.",
    username: "Geben Sie einen Benutzernamen mit höchstens 64 Zeichen ein, ohne @.",
    login: "Geben Sie Ihre E-Mail-Adresse oder Ihren Benutzernamen ein.",
    password: "Geben Sie Ihr Passwort ein.",
    currentPassword: "Geben Sie Ihr bisheriges Passwort ein.",
    newPassword: "Geben Sie ein neues Passwort ein.",
    code: "Geben Sie alle Ziffern des Codes ein, den Ihre App anzeigt.",
    nextCode: "Geben Sie den nächsten Code ein, den Ihre App anzeigt.",
    backupCode: "Geben Sie einen Backup-Code ein: 24 Buchstaben und Ziffern.",
    name: "Geben Sie einen Namen mit höchstens 64 Zeichen ein.",
    personName: "Geben Sie einen Namen mit höchstens 100 Zeichen ein.",
    token: "Geben Sie das Token des Betreibers ein.",
    appName: "Geben Sie einen Namen mit höchstens 64 Zeichen ein, ohne Doppelpunkt.",
    accountName: "Geben Sie einen Namen mit höchstens 128 Zeichen ohne Doppelpunkt ein.",
    issuer: "Geben Sie einen Anbieter mit höchstens 64 Zeichen ein, ohne Doppelpunkt.",
    window: "Wählen Sie 0, 1 oder 2.",
    failuresBeforeLock: "Geben Sie eine ganze Zahl innerhalb der Grenzen ein.",
    strikeCap: "Geben Sie eine ganze Zahl innerhalb der Grenzen ein.",
    minPasswordLength: "Geben Sie eine ganze Zahl innerhalb der Grenzen ein, oder nichts.",
    allowedOrigins:
      "Geben Sie Ursprünge wie https://example.com oder capacitor://localhost ein, höchstens 20, einen je Zeile, ohne Platzhalter.",
    returnUrls:
      "Geben Sie URLs wie https://example.com/done ein, höchstens 20, eine je Zeile, ohne Abfrageteil.",
    confirmName: "Das ist nicht der Name der App.",
    scopes: "Wählen Sie mindestens eines.",
    addresses:
      "Geben Sie Adressen oder Bereiche wie 192.0.2.0/24 ein, höchstens 20, eine je Zeile. Hinter dem Präfix eines Bereichs steht kein Bit.",
    expiresAt: "Wählen Sie einen Tag in der Zukunft.",
    reason: "Geben Sie einen Grund mit höchstens 500 Zeichen in einer Zeile ein.",
    query: "Geben Sie höchstens 255 Zeichen ein.",
    userId: "Geben Sie eine Kennung wie usr_… ein.",
    since: "Geben Sie eine Zeit wie 2026-01-31T12:00 ein.",
    until: "Geben Sie eine Zeit wie 2026-01-31T12:00 ein.",
  },

  problems: {
    invalid_credentials: "Der Name oder das Passwort ist falsch.",
    invalid_challenge: "Das hat zu lange gedauert oder ist schon erledigt. Beginnen Sie von vorn.",
    invalid_code:
      "Der Code ist falsch, abgelaufen oder schon benutzt. Warten Sie auf den nächsten.",
    parameters_ignored:
      "Ihre App beachtet nicht, wie diese Codes gebildet werden. Nehmen Sie eine andere App, oder bitten Sie um eine Einrichtung mit SHA1, 6 Ziffern und 30 Sekunden.",
    email_taken: "Zu dieser E-Mail-Adresse gibt es schon ein Konto.",
    username_taken: "Zu diesem Benutzernamen gibt es schon ein Konto.",
    registration_closed: "Konten legt hier der Betreiber an.",
    enrolment_closed:
      "Diese Einrichtung ist zu Ende: Sie wurde neu begonnen, oder es gab zu viele falsche Codes. Machen Sie mit einem neuen QR-Code weiter.",
    too_many_authenticators:
      "Sie haben so viele Authentifizierungs-Apps, wie erlaubt sind. Entfernen Sie zuerst eine.",
    rebinding_required:
      "Ihr zweiter Faktor wurde zurückgesetzt. Öffnen Sie den Link, den Sie zum neuen Einrichten bekommen haben.",
    user_disabled: "Dieses Konto ist gesperrt. Nur der Betreiber kann es freigeben.",
    locked: "Zu viele falsche Codes. Jetzt kann nur noch der Betreiber helfen.",
    rate_limited: "Zu viele Anfragen. Versuchen Sie es in einer Minute noch einmal.",
    conflict: "Gleichzeitig wurde hier etwas anderes geändert. Versuchen Sie es noch einmal.",
    origin_not_allowed: "Dieses Formular kam nicht von einer Seite dieses Dienstes.",
    already_created:
      "Das ist schon geschehen, und das Ergebnis wurde nur da gezeigt. Erzeugen Sie ein neues.",
    not_enrolled: "Die Zwei-Faktor-Authentifizierung ist nicht eingerichtet.",
    not_found: "Hier ist nichts.",
    unknown_path: "Unter dieser Adresse gibt es keine Seite.",
    link_ended:
      "Dieser Link ist unbekannt, abgelaufen oder schon benutzt. Lassen Sie sich einen neuen geben.",
    unavailable:
      "Der Dienst kann gerade nicht antworten. Nichts wurde geändert. Versuchen Sie es bald noch einmal.",
    internal_error: "Bei uns ist etwas schiefgegangen. Nichts wurde angenommen.",
    unreadable_data:
      "Etwas, das hier gespeichert ist, lässt sich nicht lesen. Nichts wurde angenommen. Bitte sagen Sie dem Betreiber Bescheid.",
    app_built_in: "Diese App gehört zum Dienst und kann nicht gelöscht werden.",
    invalid_request: "Die Seite wurde nach etwas gefragt, das sie nicht kennt.",
  },
  wrongBackupCode:
    "Der Backup-Code ist falsch oder schon benutzt. Prüfen Sie ihn, oder nehmen Sie einen anderen.",
  wrongPassword: "Das Passwort ist falsch.",
  lastTry: "Der Code ist falsch, und das war der letzte Versuch. Beginnen Sie von vorn.",
  lockedFor: (seconds: number | string) =>
    `Zu viele falsche Codes. Warten Sie ${seconds} Sekunden.`,
  clockSkew: (seconds: number) =>
    `Der Code gehört zu einer anderen Zeit: Die Uhr Ihres Telefons geht etwa ${Math.abs(seconds)} Sekunden ${seconds > 0 ? "vor" : "nach"}. Stellen Sie sie auf automatisch, und geben Sie den nächsten Code ein.`,
  timeZone: (hours: number) =>
    `Der Code gehört zu einer anderen Zeitzone: Die Uhr Ihres Telefons geht ${Math.abs(hours).toLocaleString("de")} Stunden ${hours > 0 ? "vor" : "nach"}. Stellen Sie Datum, Uhrzeit und Zeitzone auf automatisch, und geben Sie den nächsten Code ein.`,
  weakPassword: {
    too_short: (length: number) => `Das Passwort braucht mindestens ${length} Zeichen.`,
    too_long: (length: number) => `Das Passwort darf höchstens ${length} Zeichen haben.`,
    common: () =>
      "Das ist eines der häufigsten Passwörter oder wenig mehr. Wählen Sie ein anderes.",
    contains_name: () =>
      "Das Passwort besteht aus Ihrer E-Mail-Adresse, Ihrem Benutzernamen oder Ihrem Namen.",
    repeated: () => "Das Passwort wiederholt sich nur. Wählen Sie ein anderes.",
    sequence: () =>
      "Das Passwort ist wenig mehr als eine Folge wie 12345 oder qwertz oder eine Jahreszahl.",
    not_text: () => "Das Passwort enthält ein Zeichen, das kein Text ist. Geben Sie es neu ein.",
  },
  requestId: "Anfrage",
  home: "Zur Startseite",

  code: {
    label: "Code",
    hint: (least, most) =>
      `${least === most ? least : `${least} bis ${most}`} Ziffern aus Ihrer Authentifizierungs-App`,
    useBackupCode: "Stattdessen einen Backup-Code benutzen",
    backupLabel: "Backup-Code",
    backupHint: "24 Buchstaben und Ziffern. Jeder gilt einmal.",
    useApp: "Stattdessen die App benutzen",
    submit: "Code prüfen",
  },

  login: {
    title: "Anmelden",
    name: "E-Mail-Adresse oder Benutzername",
    password: "Passwort",
    submit: "Anmelden",
    noAccount: "Noch kein Konto?",
    codeTitle: "Code eingeben",
    trust: "Auf diesem Gerät 30 Tage lang nicht nach einem Code fragen",
    startAgain: "Als jemand anderes anmelden",
    ended: "Melden Sie sich an, um fortzufahren.",
    loggedOut: "Sie sind abgemeldet.",
  },

  register: {
    title: "Konto anlegen",
    email: "E-Mail-Adresse",
    username: "Benutzername (freiwillig)",
    password: "Passwort",
    passwordHint: (length: number) =>
      `Mindestens ${length} Zeichen. Gut sind ein paar Wörter, die nichts miteinander zu tun haben.`,
    submit: "Konto anlegen",
    haveAccount: "Haben Sie schon ein Konto?",
  },

  resync: {
    link: "Codes eines Geräts werden abgelehnt? Hier seine Uhr abgleichen",
    title: "Geht die Uhr Ihres Geräts falsch?",
    why: "Geben Sie zwei Codes ein, die Ihr Gerät nacheinander zeigt. Dann wissen wir, um wie viel seine Uhr falsch geht, bis zu fünf Minuten.",
    first: "Code",
    second: "Der nächste Code",
    secondHint: "Warten Sie, bis das Gerät einen neuen zeigt",
    submit: "Beide Codes prüfen",
  },

  prove: {
    title: "Zeigen Sie, dass Sie es sind",
    whyCode: "Dafür muss ein Code höchstens fünf Minuten alt sein.",
    whyPassword: "Dafür muss die Eingabe Ihres Passworts höchstens fünf Minuten her sein.",
  },

  account: {
    title: "Ihre Sicherheit",
    loggedInAs: "Angemeldet als",
    logOut: "Abmelden",
    secondFactor: TWO_FACTOR,
    isOn: "An",
    isOff: "Aus",
    whatFor:
      "Mit einem Code aus Ihrem Telefon öffnet ein gestohlenes Passwort allein noch gar nichts.",
    hidden: "Ihre Apps und Backup-Codes werden nach Eingabe eines Codes gezeigt.",
    show: "Code eingeben",
    setUp: "Zwei-Faktor-Authentifizierung einrichten",
    required: "Richten Sie zuerst die Zwei-Faktor-Authentifizierung ein, dann geht es weiter.",
    authenticators: `${AUTHENTICATOR_APP}s`,
    unnamed: AUTHENTICATOR_APP,
    pending: "Nicht bestätigt",
    finish: "Abschließen",
    added: "Hinzugefügt:",
    lastUsed: "Zuletzt benutzt:",
    add: "App hinzufügen",
    remove: "Entfernen",
    backupCodes: "Backup-Codes",
    codesLeft: (count: number) => `Noch ${count}`,
    fewCodes: (count: number) =>
      count === 0
        ? "Sie haben keinen Backup-Code mehr. Erzeugen Sie jetzt neue."
        : `Sie haben nur noch ${count} ${count === 1 ? "Backup-Code" : "Backup-Codes"}. Erzeugen Sie bald neue.`,
    newCodes: "Neue Backup-Codes erzeugen",
    turnOff: "Zwei-Faktor-Authentifizierung ausschalten",
    sessions: "Wo Sie angemeldet sind",
    thisOne: "Hier",
    active: "Aktiv:",
    unknownDevice: "Unbekannter Browser",
    end: "Beenden",
    endOthers: "Alle anderen beenden",
    devices: "Geräte, die nicht nach einem Code gefragt werden",
    forget: "Vergessen",
    password: "Passwort",
    changePassword: "Passwort ändern",
    profile: "Ihr Konto",
    changeProfile: "Ihre Angaben ändern",
    delete: "Ihr Konto löschen",
    done: {
      again:
        "Diese Authentifizierungs-App ist schon eingerichtet. Ihre Backup-Codes wurden einmal angezeigt: Wenn Sie sie nicht gesichert haben, erzeugen Sie neue.",
      profile: "Ihre Angaben sind geändert.",
      confirmed: "Die App ist eingerichtet.",
      resynchronised: "Codes Ihres Geräts werden wieder angenommen. Nehmen Sie den nächsten.",
      removed: "Die App ist entfernt.",
      off: "Die Zwei-Faktor-Authentifizierung ist aus.",
      password: "Ihr Passwort ist geändert. Alle anderen Sitzungen sind beendet.",
      ended: "Die Sitzung ist beendet.",
      others: "Alle anderen Sitzungen sind beendet.",
      saved: "Ihre Backup-Codes sind bereit.",
      device: "Das Gerät wird wieder nach einem Code gefragt.",
    },
  },

  profile: {
    name: "Name (freiwillig)",
    submit: "Speichern",
    deleteWhy: (email: string) =>
      `Das Konto ${email} wird gelöscht, mit allem, was dazugehört: dem Passwort, dem zweiten Faktor und allen Anmeldungen. Das lässt sich nicht rückgängig machen.`,
    deleted: {
      title: "Ihr Konto ist gelöscht",
      why: "Es ist nichts davon übrig. Sie sind überall abgemeldet.",
    },
  },

  setUp: {
    title: `${AUTHENTICATOR_APP} einrichten`,
    start: "Sie brauchen eine Authentifizierungs-App auf Ihrem Telefon.",
    apps: "Geeignete Apps",
    name: "Ein Name dafür (freiwillig)",
    nameHint: "Zum Beispiel: mein Telefon",
    begin: "QR-Code zeigen",
    scan: "Scannen Sie diesen QR-Code mit Ihrer App.",
    qr: "QR-Code für Ihre Authentifizierungs-App",
    cannotScan: "Wenn Sie nicht scannen können, geben Sie dies von Hand ein:",
    key: "Schlüssel",
    issuer: "Anbieter",
    accountName: "Konto",
    kind: "Art",
    timeBased: (digits, seconds) => `Zeitbasiert, ${digits} Ziffern, ${seconds} Sekunden`,
    openApp: "App auf diesem Gerät öffnen",
    enter: "Geben Sie den Code ein, den die App jetzt zeigt.",
    confirm: "Bestätigen",
    startAgain: "Mit einem neuen QR-Code von vorn beginnen",
    expires: "Dafür haben Sie 15 Minuten.",
  },

  backupCodes: {
    title: "Backup-Codes speichern",
    why: "Jeder dieser Codes lässt Sie einmal hinein, wenn Sie Ihr Telefon verlieren. Sie werden nur jetzt gezeigt.",
    download: "Herunterladen",
    print: "Drucken",
    saved: "Ich habe diese Codes gespeichert",
    newTitle: "Neue Backup-Codes",
    newWhy:
      "Die Codes, die Sie jetzt haben, gelten dann nicht mehr, und alle anderen Sitzungen enden.",
    make: "Neue Codes erzeugen",
  },

  remove: {
    title: (name: string) => `${name} entfernen`,
    why: "Codes dieser App werden dann nicht mehr angenommen.",
    last: "Es ist Ihre letzte: Die Zwei-Faktor-Authentifizierung ist dann aus, und Ihre Backup-Codes sind weg.",
    offTitle: `${TWO_FACTOR} ausschalten`,
    offWhy:
      "Alle Apps und Backup-Codes werden entfernt. Danach öffnet Ihr Passwort allein Ihr Konto.",
  },

  password: {
    current: "Bisheriges Passwort",
    new: "Neues Passwort",
    why: "Alle anderen Sitzungen enden.",
    submit: "Passwort ändern",
  },

  links: {
    asksToEnrol: (app: string) =>
      `${app} bittet Sie, die Zwei-Faktor-Authentifizierung einzurichten.`,
    asksForCode: (app: string) => `${app} braucht einen Code, um fortzufahren.`,
    overTitle: "Nichts mehr einzugeben",
    codeTitle: "Code eingeben",
    purpose: "Wofür:",
    factorChange: "eine Änderung Ihres zweiten Faktors",
    begin: "Beginnen",
    oneBrowser: "Bleiben Sie in diesem Browser: Der Link gilt einmal.",
    proveFirst:
      "Sie haben schon eine Authentifizierungs-App. Geben Sie zuerst einen Code daraus ein oder einen Backup-Code.",
    done: "Fertig",
    finished:
      "Die Einrichtung ist abgeschlossen. Was dabei gezeigt wurde, wird nicht noch einmal gezeigt.",
    canClose: "Sie können diese Seite schließen.",
    savedBack: (app: string) => `Ich habe sie gespeichert: zurück zu ${app}`,
    back: (app: string) => `Zurück zu ${app}`,
  },

  console: {
    brand: "Stepgate-Konsole",
    nav: "Konsole",
    overview: "Überblick",
    apps: "Apps",
    users: "Benutzer",
    audit: "Protokoll",
    signOut: "Abmelden",
    older: "Ältere",
    searchOn: "Nichts in dem, was bisher durchsucht wurde. „Ältere“ sucht weiter.",
    newest: "Neueste",
    search: "Suchen",
    any: "Alle",
    none: "Keine",
    reason: "Grund",
    reasonHint: "Er bleibt im Protokoll.",
    shownOnce: "Das wird nur jetzt gezeigt.",
    done: {
      app_created: "Die App ist angelegt.",
      app_saved: "Die Einstellungen sind gespeichert.",
      app_deleted: "Die App ist gelöscht.",
      key_revoked: "Der Schlüssel ist widerrufen.",
      unlock: "Die Sperre ist aufgehoben.",
      disable: "Der Benutzer ist gesperrt.",
      enable: "Der Benutzer ist freigegeben.",
      user_deleted: "Der Benutzer ist gelöscht.",
    },

    signIn: {
      title: "An der Konsole anmelden",
      token: "Token des Betreibers",
      tokenHint: "ADMIN_TOKEN, eines der Geheimnisse, mit denen der Dienst läuft.",
      submit: "Anmelden",
      wrong: "Das ist nicht das Token des Betreibers.",
      ended: "Melden Sie sich an, um fortzufahren.",
      signedOut: "Sie sind abgemeldet.",
    },

    activity: {
      codes: "Codes je Stunde",
      codesSummary: (accepted: string, wrong: string) =>
        `In den letzten 24 Stunden waren ${accepted} Codes richtig und ${wrong} falsch.`,
      changes: "Sperren und Einrichtungen je Stunde",
      changesSummary: (lockOuts: string, enrolments: string) =>
        `In den letzten 24 Stunden gab es ${lockOuts} Sperren und ${enrolments} Einrichtungen.`,
      accepted: "Richtig",
      wrong: "Falsch",
      refused: "Abgewiesen",
      refusedHint: "Von abgewiesenen Codes eines Benutzers wird einer in der Minute gezählt.",
      lockOuts: "Sperren",
      enrolments: "Einrichtungen",
      hour: "Stunde (UTC)",
      total: "Summe",
      showTable: "Zahlen zeigen",
      completeSince: "Es geschah so viel, dass die Zahlen erst vollständig sind seit",
      atLeast: (count: string) => `${count} oder mehr`,
      lockedUsers: "Vorübergehend gesperrt",
      cappedUsers: "Bis zum Zurücksetzen gesperrt",
      show: "Liste ansehen",
      latest: "Neueste Ereignisse",
      all: "Alle Ereignisse",
    },

    app: {
      none: "Es gibt noch keine Apps.",
      create: "App anlegen",
      name: "Name",
      issuer: "Anbieter",
      issuerUse: "Was Authentifizierungs-Apps anzeigen.",
      issuerLeftOut: "Ohne Angabe: der Name.",
      id: "Kennung",
      created: "Angelegt",
      settings: "Einstellungen",
      settingsHint: "Eine Änderung beendet offene Abfragen.",
      window: "Fenster",
      windowHint: "Schritte von 30 Sekunden, die vor und nach dem jetzigen angenommen werden.",
      requireProof: "Änderungen eines zweiten Faktors durch einen Schlüssel",
      requireProofHint:
        "Ein Code des jetzigen Faktors zeigt, dass der Benutzer selbst die Änderung will, und nicht jemand, der einen Schlüssel oder seine Sitzung hat.",
      requireProofChoices: {
        no: "Ein Nachweis wird geprüft, wenn einer da ist",
        yes: "Ein Nachweis ist vorgeschrieben",
      },
      failuresBeforeLock: "Falsche Codes bis zur Sperre",
      strikeCap: "Falsche Codes bis zur endgültigen Sperre",
      strikeCapHint: "Danach hilft nur Zurücksetzen. Einer am Tag wird erlassen.",
      allowedOrigins: "Erlaubte Ursprünge",
      allowedOriginsHint:
        "Welche im Browser Abfragen beantworten dürfen, einer je Zeile. Leer: alle.",
      accountsOriginsHint:
        "Welche die Benutzer-API aufrufen dürfen, einer je Zeile. Leer: nur dieser hier.",
      returnUrls: "Rückkehr-URLs",
      returnUrlsHint: "Wohin gehostete Seiten zurückführen dürfen, eine je Zeile.",
      registration: "Registrierung",
      registrations: {
        open: "Jeder darf ein Konto anlegen",
        closed: "Der Betreiber legt Konten an",
      },
      secondFactor: "Zweiter Faktor",
      secondFactors: { optional: "Freiwillig", required: "Vorgeschrieben" },
      minPasswordLength: "Mindestlänge eines Passworts in Zeichen",
      minPasswordLengthHint: "Leer: 15, oder 8, wo ein zweiter Faktor vorgeschrieben ist.",
      trustedDevices: "Vertraute Geräte",
      trustedDevicesChoices: {
        no: "Ein Code bei jeder Anmeldung",
        yes: "Benutzer dürfen einem Gerät den Code ersparen",
      },
      between: (min: number, max: number) => `Von ${min} bis ${max}.`,
      save: "Speichern",
      users: "Benutzer dieser App",
      events: "Ereignisse dieser App",
      delete: "Diese App löschen",
      deleteTitle: (name: string) => `${name} löschen`,
      deleteWhy:
        "Ihre Schlüssel gelten sofort nicht mehr, und ihre Benutzer sind nicht mehr erreichbar. Das lässt sich nicht rückgängig machen.",
      confirmName: "Geben Sie den Namen der App ein",
      builtIn: "Sie gehört zum Dienst und kann nicht gelöscht werden.",
    },

    key: {
      title: "API-Schlüssel",
      none: "Es gibt noch keine Schlüssel.",
      create: "Schlüssel anlegen",
      name: "Name (freiwillig)",
      unnamed: "Ohne Namen",
      scopes: "Was er darf",
      scopeWords: {
        verify: "verify: Codes prüfen, Abfragen anlegen, lesen",
        enrol: "enrol: Authentifizierungs-Apps und Backup-Codes",
        users: "users: entsperren und löschen",
        import: "import: Authentifizierungs-Apps mit gegebenem Geheimnis",
      },
      kind: "Wie Aufrufe ihn verwenden",
      kinds: {
        bearer: "Sie enthalten ihn (Bearer-Schlüssel)",
        signing: "Sie sind mit ihm signiert und enthalten ihn nie (RFC 9421)",
      },
      signed: "Signaturschlüssel",
      addresses: "Adressen, die ihn verwenden dürfen",
      addressesHint: "Adressen oder Bereiche wie 192.0.2.0/24, eine je Zeile. Ohne Angabe: alle.",
      expires: "Gültig bis",
      expiresHint: "Das Ende dieses Tages (UTC). Ohne Angabe: bis zum Widerruf.",
      lastUsed: "Zuletzt benutzt",
      never: "nie",
      newTitle: "Der neue Schlüssel",
      shown: "Verwahren Sie ihn, wo Ihr Server seine Geheimnisse liest.",
      revoke: "Widerrufen",
      revokeTitle: (name: string) => `${name} widerrufen`,
      revokeWhy:
        "Aufrufe mit ihm werden sofort abgewiesen, und die Abfragen, die er angelegt hat, enden.",
      back: "Zurück zur App",
    },

    user: {
      query: "Anfang eines Namens, einer E-Mail-Adresse oder eines Benutzernamens",
      app: "App",
      state: "Zustand",
      states: {
        locked: "Vorübergehend gesperrt",
        capped: "Bis zum Zurücksetzen gesperrt",
        disabled: "Vom Betreiber gesperrt",
        reset: "Zurückgesetzt, noch nicht neu eingerichtet",
      },
      noneFound: "Niemand gefunden.",
      since: "Seit",
      id: "Kennung",
      account: "Konto",
      twoFactor: "Zweiter Faktor",
      on: "An",
      off: "Aus",
      failures: "Falsche Codes in Folge",
      lockedUntil: "Gesperrt bis",
      backupCodes: "Verbleibende Backup-Codes",
      authenticators: `${AUTHENTICATOR_APP}s`,
      noAuthenticators: "Es gibt keine.",
      drift: (steps: number) =>
        `Uhr geht ${Math.abs(steps)} ${Math.abs(steps) === 1 ? "Schritt" : "Schritte"} ${steps > 0 ? "vor" : "nach"}`,
      shortSecret: (bits: number) => `kurzes Geheimnis: ${bits} Bit`,
      refusedUntil:
        "Unsere Uhr ging vor und wurde zurückgestellt: Codes werden abgelehnt, bis Sie den Benutzer entsperren, oder bis",
      actions: "Was Sie tun können",
      events: "Letzte Ereignisse",
      allEvents: "Alle Ereignisse dieses Benutzers",
      back: "Zurück zum Benutzer",
      unlock: {
        act: "Entsperren",
        title: (name: string) => `${name} entsperren`,
        why: "Die Sperre endet, und die falschen Codes sind vergessen. Falls unsere Uhr vorging, werden neue Codes wieder angenommen: Ein Code, den jemand in dieser Zeit gesehen hat, gilt noch einmal, wenn seine Zeit kommt.",
      },
      reset: {
        act: "Zweiten Faktor zurücksetzen",
        title: (name: string) => `Zweiten Faktor von ${name} zurücksetzen`,
        why: "Alle Authentifizierungs-Apps und Backup-Codes werden entfernt, und jede Sperre endet. Nichts wird angenommen, bis der Benutzer mit dem Link, den Sie gleich sehen, eine neue App eingerichtet hat. Vergewissern Sie sich, wer er ist.",
      },
      disable: {
        act: "Sperren",
        title: (name: string) => `${name} sperren`,
        why: "Alle Codes werden abgewiesen, und alle Sitzungen enden.",
      },
      enable: {
        act: "Freigeben",
        title: (name: string) => `${name} freigeben`,
        why: "Codes werden wieder angenommen.",
      },
      delete: {
        act: "Löschen",
        title: (name: string) => `${name} löschen`,
        why: "Der Benutzer und alles, was zu ihm gehört, werden gelöscht; im Protokoll bleibt nur die Kennung. Das lässt sich nicht rückgängig machen. Nennen Sie im Grund keinen Namen: Er bleibt stehen.",
      },
      accountName: "Name in der Authentifizierungs-App",
      accountNameHint: "Woran der Benutzer sich erkennt: Der QR-Code zeigt es.",
      handOver:
        "Geben Sie diesen Link dem Benutzer auf einem Weg, der zeigt, wer er ist. Er gilt einmal.",
      goodUntil: "Gültig bis",
      rebinding: "Neu einrichten",
    },

    event: {
      title: "Ereignisse",
      userIdHint: "Wie auf der Seite des Benutzers: usr_…",
      userId: "Kennung des Benutzers",
      type: "Ereignis",
      outcome: "Ergebnis",
      outcomes: { success: "Erfolg", failure: "Fehlschlag", refused: "Abgewiesen" },
      since: "Von (UTC)",
      until: "Bis (UTC)",
      time: "Zeit (UTC)",
      about: "Betrifft",
      by: "Von",
      note: (words: string) => `Anmerkung: ${words}`,
      none: "Es gibt keine Ereignisse.",
      export: "Exportieren (NDJSON)",
      refresh: "Neu laden",
      live: "Neue Ereignisse erscheinen von selbst.",
      stopLive: "Anhalten",
      startLive: "Neue Ereignisse von selbst zeigen",
      more: "Es geschah mehr, als hier zu sehen ist. Laden Sie die Seite neu.",
    },
  },
};
