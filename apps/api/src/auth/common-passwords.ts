/**
 * The words that the passwords in published lists of leaked ones are made of, longest first. A password of twelve or more
 * characters is common when it is one of these, perhaps repeated, with digits or punctuation around.
 */
const WORDS = `
password passwort passwd motdepasse contrasena senha parola haslo wachtwoord mima woaini
admin administrator root superuser sysadmin manager user guest test tester testing demo example default changeme change
letmein welcome welcometo login logon signin access secret topsecret security secure hello helloworld world master
qwerty qwertz azerty asdf zxcv qaz wsx keyboard computer internet samsung google facebook twitter iphone android windows
microsoft linux ubuntu apple dell cisco oracle server network database system service support office
iloveyou loveyou love lovely mylove forever friend friends family mother father daddy mommy baby babygirl princess prince
angel angels sunshine sunflower flower butterfly rainbow summer winter spring autumn monday friday january december
monkey dragon tiger lion eagle wolf bear shadow horse kitty kitten puppy doggie chicken turtle dolphin
football baseball basketball soccer hockey tennis golf liverpool arsenal chelsea barcelona realmadrid juventus yankees
cowboys steelers lakers bulls
superman batman spiderman ironman starwars pokemon pikachu naruto matrix minecraft fortnite jordan michael jessica jennifer
ashley amanda daniel andrew joshua matthew robert thomas charlie george william david nicole michelle melissa anthony
hunter killer ginger pepper cookie cheese chocolate banana orange cherry strawberry coffee
freedom peace heaven jesus christ jesuschrist god godisgood blessed faith
trustno trustnoone whatever nothing asshole fuckyou fucker bitch manyline telephone voip
mypassword yourpassword newpassword oldpassword thepassword nopassword thisismypassword adminpassword passwordadmin
masterpassword rootpassword userpassword testpassword temppassword defaultpassword secretpassword passwordsecret
letmeinplease letmeinnow changemenow changemeplease welcomeback welcomehome pleasechangeme enterpassword
iloveyouforever iloveyoubaby iloveyousomuch ilovemyself ilovejesus ilovegod jesuslovesme loveforever bestfriend
correcthorsebatterystaple opensesame supersecret superpassword administratoradmin qwertyasdf qazwsxedc zaqwsx
`;

export const commonPasswordWords: readonly string[] = WORDS.trim()
  .split(/\s+/)
  .toSorted((a, b) => b.length - a.length);
