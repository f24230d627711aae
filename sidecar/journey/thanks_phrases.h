// SPDX-License-Identifier: Apache-2.0
// The phrases of mere thanks, as people write them: lower case, without punctuation. Umlauts may be
// written out by who writes ("gruesse"). Left out on purpose: thanks in advance, which ask for
// something; everything that denies; and yes, which answers a question.
#pragma once

#include <string_view>

namespace waypost::journey {

// At least one of these must be there.
inline constexpr std::string_view kThanks[] = {
    // English
    "thanks", "thank you", "thank u", "thx", "tnx", "ty", "cheers", "many thanks", "big thanks",
    "thanks a lot", "thanks a million", "thanks so much", "thanks very much", "thank you so much",
    "thank you very much", "much appreciated", "appreciated", "i appreciate it",
    "i appreciate your help", "i really appreciate it",
    // German
    "danke", "danke schön", "dankeschön", "danke sehr", "danke vielmals", "vielen dank",
    "herzlichen dank", "besten dank", "schönen dank", "lieben dank", "tausend dank",
    "vielen lieben dank", "ich danke ihnen", "ich danke dir", "ich danke euch", "ich bedanke mich",
    "merci"};

// These may stand beside them.
inline constexpr std::string_view kBesideThanks[] = {
    // English: greetings and endings
    "hi", "hello", "hey", "dear", "team", "all", "everyone", "guys", "sir", "madam", "best",
    "regards", "best regards", "kind regards", "warm regards", "best wishes", "sincerely",
    "yours sincerely", "have a nice day", "have a good day", "have a great day",
    "have a nice weekend", "have a good weekend", "have a great weekend", "sent from my iphone",
    "sent from my ipad", "sent from my mobile", "sent from outlook for ios",
    "sent from outlook for android",
    // English: for what
    "for your help", "for the help", "for your quick help", "for the quick help",
    "for your support", "for the support", "for your quick support", "for the quick response",
    "for your quick response", "for the quick reply", "for your quick reply",
    "for the fast response", "for the quick fix", "for your assistance", "for the update",
    "for the information", "for the info", "for letting me know", "for your time", "for everything",
    "for that", "for this", "for fixing it", "for fixing this", "for resolving this",
    "for solving this", "again", "so much", "very much",
    // English: that it works
    "ok", "okay", "great", "perfect", "super", "awesome", "excellent", "wonderful", "fantastic",
    "brilliant", "nice", "good", "cool", "got it", "received", "noted", "it works", "it works now",
    "it works again", "it works fine", "it works fine now", "works", "works now", "works again",
    "works fine", "works fine now", "its working", "its working now", "its working again",
    "it is working", "it is working now", "it is working again", "working now", "all good",
    "all good now", "all fine", "all set", "all is well", "everything works",
    "everything works now", "everything is working", "everything is working now",
    "everything is fine", "problem solved", "problem is solved", "issue resolved",
    "issue is resolved", "it is fixed", "its fixed", "solved", "resolved", "fixed", "that worked",
    "that did it", "that helped", "that solved it", "and", "you can close the ticket",
    "you can close it", "you can close this", "the ticket can be closed", "this can be closed",
    "no further help needed", "no further action needed",
    // German: greetings and endings
    "hallo", "guten tag", "guten morgen", "guten abend", "moin", "servus", "grüezi", "liebe",
    "lieber", "liebes", "zusammen", "kollegen", "kolleginnen", "viele grüße", "liebe grüße",
    "beste grüße", "schöne grüße", "freundliche grüße", "herzliche grüße",
    "mit freundlichen grüßen", "mit besten grüßen", "gruß", "grüße", "lg", "vg", "bg", "mfg",
    "schönen tag", "schönen tag noch", "einen schönen tag", "einen schönen tag noch",
    "noch einen schönen tag", "schönes wochenende", "ein schönes wochenende", "schönen feierabend",
    "bis bald", "von meinem iphone gesendet",
    // German: for what
    "für die hilfe", "für ihre hilfe", "für deine hilfe", "für eure hilfe",
    "für die schnelle hilfe", "für ihre schnelle hilfe", "für deine schnelle hilfe",
    "für eure schnelle hilfe", "für die unterstützung", "für ihre unterstützung",
    "für die schnelle unterstützung", "für die antwort", "für die schnelle antwort",
    "für ihre schnelle antwort", "für die rückmeldung", "für die schnelle rückmeldung",
    "für ihre rückmeldung", "für die info", "für die information", "für die mühe", "für ihre mühe",
    "für eure mühe", "für die bearbeitung", "für die schnelle bearbeitung",
    "für die schnelle lösung", "für die lösung", "für alles", "dafür", "nochmal", "nochmals",
    "noch einmal", "ihnen", "dir", "euch", "sehr",
    // German: that it works
    "alles klar", "perfekt", "klasse", "toll", "prima", "wunderbar", "spitze", "sehr gut", "gut",
    "passt", "passt so", "es funktioniert", "es funktioniert jetzt", "es funktioniert wieder",
    "funktioniert", "funktioniert jetzt", "funktioniert wieder", "jetzt funktioniert es",
    "nun funktioniert es", "es geht", "es geht jetzt", "es geht wieder", "geht", "geht jetzt",
    "geht wieder", "jetzt geht es", "jetzt geht es wieder", "jetzt funktioniert es wieder",
    "jetzt gehts", "nun geht es", "nun gehts", "klappt", "klappt jetzt", "klappt wieder",
    "es klappt", "es klappt jetzt", "es klappt wieder", "jetzt klappt es", "hat geklappt",
    "das hat geklappt", "hat funktioniert", "das hat funktioniert", "hat geholfen",
    "das hat geholfen", "alles gut", "alles bestens", "alles in ordnung", "alles funktioniert",
    "alles funktioniert wieder", "alles läuft wieder", "läuft", "läuft jetzt", "läuft wieder",
    "problem gelöst", "problem behoben", "das problem ist gelöst", "das problem ist behoben",
    "erledigt", "ist erledigt", "hat sich erledigt", "und", "das ticket kann geschlossen werden",
    "ticket kann geschlossen werden", "kann geschlossen werden", "sie können das ticket schließen",
    "ihr könnt das ticket schließen"};

}  // namespace waypost::journey
