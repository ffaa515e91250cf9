package holidays

import (
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// calendars holds the public holidays of each country by its ISO 3166-1 code,
// and of its regions by the second part of ISO 3166-2 where they differ.
var calendars = map[string]calendar{
	"at":     {"Austria", at.Holidays},
	"au-act": {"Australia, Australian Capital Territory", au.HolidaysACT},
	"au-nsw": {"Australia, New South Wales", au.HolidaysNSW},
	"au-nt":  {"Australia, Northern Territory", au.HolidaysNT},
	"au-qld": {"Australia, Queensland", au.HolidaysQLD},
	"au-sa":  {"Australia, South Australia", au.HolidaysSA},
	"au-tas": {"Australia, Tasmania", au.HolidaysTAS},
	"au-vic": {"Australia, Victoria", au.HolidaysVIC},
	"au-wa":  {"Australia, Western Australia", au.HolidaysWA},
	"be":     {"Belgium", be.Holidays},
	"bg":     {"Bulgaria", bg.Holidays},
	"br":     {"Brazil", br.Holidays},
	"ca":     {"Canada", ca.Holidays},
	"ch":     {"Switzerland", ch.Holidays},
	"ch-ag":  {"Switzerland, Aargau", ch.HolidaysAG},
	"ch-ai":  {"Switzerland, Appenzell Innerrhoden", ch.HolidaysAI},
	"ch-ar":  {"Switzerland, Appenzell Ausserrhoden", ch.HolidaysAR},
	"ch-be":  {"Switzerland, Bern", ch.HolidaysBE},
	"ch-bl":  {"Switzerland, Basel-Landschaft", ch.HolidaysBL},
	"ch-bs":  {"Switzerland, Basel-Stadt", ch.HolidaysBS},
	"ch-fr":  {"Switzerland, Fribourg", ch.HolidaysFR},
	"ch-ge":  {"Switzerland, Geneva", ch.HolidaysGE},
	"ch-gl":  {"Switzerland, Glarus", ch.HolidaysGL},
	"ch-gr":  {"Switzerland, Graubünden", ch.HolidaysGR},
	"ch-ju":  {"Switzerland, Jura", ch.HolidaysJU},
	"ch-lu":  {"Switzerland, Lucerne", ch.HolidaysLU},
	"ch-ne":  {"Switzerland, Neuchâtel", ch.HolidaysNE},
	"ch-nw":  {"Switzerland, Nidwalden", ch.HolidaysNW},
	"ch-ow":  {"Switzerland, Obwalden", ch.HolidaysOW},
	"ch-sg":  {"Switzerland, St. Gallen", ch.HolidaysSG},
	"ch-sh":  {"Switzerland, Schaffhausen", ch.HolidaysSH},
	"ch-so":  {"Switzerland, Solothurn", ch.HolidaysSO},
	"ch-sz":  {"Switzerland, Schwyz", ch.HolidaysSZ},
	"ch-tg":  {"Switzerland, Thurgau", ch.HolidaysTG},
	"ch-ti":  {"Switzerland, Ticino", ch.HolidaysTI},
	"ch-ur":  {"Switzerland, Uri", ch.HolidaysUR},
	"ch-vd":  {"Switzerland, Vaud", ch.HolidaysVD},
	"ch-vs":  {"Switzerland, Valais", ch.HolidaysVS},
	"ch-zg":  {"Switzerland, Zug", ch.HolidaysZG},
	"ch-zh":  {"Switzerland, Zurich", ch.HolidaysZH},
	"cz":     {"Czechia", cz.Holidays},
	"de":     {"Germany", de.Holidays},
	"de-bb":  {"Germany, Brandenburg", de.HolidaysBB},
	"de-be":  {"Germany, Berlin", de.HolidaysBE},
	"de-bw":  {"Germany, Baden-Württemberg", de.HolidaysBW},
	"de-by":  {"Germany, Bavaria", de.HolidaysBY},
	"de-hb":  {"Germany, Bremen", de.HolidaysHB},
	"de-he":  {"Germany, Hesse", de.HolidaysHE},
	"de-hh":  {"Germany, Hamburg", de.HolidaysHH},
	"de-mv":  {"Germany, Mecklenburg-Western Pomerania", de.HolidaysMV},
	"de-ni":  {"Germany, Lower Saxony", de.HolidaysNI},
	"de-nw":  {"Germany, North Rhine-Westphalia", de.HolidaysNW},
	"de-rp":  {"Germany, Rhineland-Palatinate", de.HolidaysRP},
	"de-sh":  {"Germany, Schleswig-Holstein", de.HolidaysSH},
	"de-sl":  {"Germany, Saarland", de.HolidaysSL},
	"de-sn":  {"Germany, Saxony", de.HolidaysSN},
	"de-st":  {"Germany, Saxony-Anhalt", de.HolidaysST},
	"de-th":  {"Germany, Thuringia", de.HolidaysTH},
	"dk":     {"Denmark", dk.Holidays},
	"es":     {"Spain", es.Holidays},
	"fr":     {"France", fr.Holidays},
	"gb":     {"United Kingdom", gb.Holidays},
	"gr":     {"Greece", gr.Holidays},
	"hr":     {"Croatia", hr.Holidays},
	"ie":     {"Ireland", ie.Holidays},
	"it":     {"Italy", it.Holidays},
	"jp":     {"Japan", jp.Holidays},
	"lt":     {"Lithuania", lt.Holidays},
	"lv":     {"Latvia", lv.Holidays},
	"mw":     {"Malawi", mw.Holidays},
	"nl":     {"Netherlands", nl.Holidays},
	"no":     {"Norway", no.Holidays},
	"nz":     {"New Zealand", nz.Holidays},
	"pl":     {"Poland", pl.Holidays},
	"ro":     {"Romania", ro.Holidays},
	"ru":     {"Russia", ru.Holidays},
	"se":     {"Sweden", se.Holidays},
	"si":     {"Slovenia", si.Holidays},
	"sk":     {"Slovakia", sk.Holidays},
	"ua":     {"Ukraine", ua.Holidays},
	"us":     {"United States", us.Holidays},
	"za":     {"South Africa", za.Holidays},
}

// calendar is a place with the rules of its holidays.
type calendar struct {
	name  string
	rules []*cal.Holiday
}
