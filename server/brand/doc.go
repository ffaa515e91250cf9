// Package brand makes of a company's colour and logo what pages, mails and
// previews show of them: shades that can be read where they stand, and a picture
// that holds nothing but what is seen. It is pure.
package brand
